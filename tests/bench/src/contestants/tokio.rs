//! tokio's current_thread scheduler, with tasks that need not be `Send`.

use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

use ::tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use ::tokio::net::{TcpListener, TcpStream};
use ::tokio::runtime::Builder;
use ::tokio::sync::mpsc::{self, UnboundedSender};
use ::tokio::sync::oneshot;
use ::tokio::task::{self, JoinHandle};
use ::tokio::time;

use super::servers::{LAST, READ_SIZE, SMALL_SIZE};
use super::{Contestant, Job, Listen, Remote, Server, Service};
use crate::Result;

/// tokio in one of its two ways to spawn local tasks.
pub(crate) struct Tokio<W>(PhantomData<W>);

/// How local tasks are made possible.
pub(crate) trait Way: 'static {
    const NAME: &'static str;
    const SERVERS: &'static [Server];

    fn run<T>(main: impl Future<Output = T>) -> T;
}

/// A `LocalSet` within the runtime: a scheduler within the scheduler.
pub(crate) struct LocalSet;

/// A runtime that is local as a whole.
pub(crate) struct LocalRuntime;

impl Way for LocalSet {
    const NAME: &'static str = "tokio";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve: serve::<Self>,
    }];

    fn run<T>(main: impl Future<Output = T>) -> T {
        let runtime = builder().build().expect("a runtime can be made");
        task::LocalSet::new().block_on(&runtime, main)
    }
}

impl Way for LocalRuntime {
    const NAME: &'static str = "tokio-local";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve: serve::<Self>,
    }];

    fn run<T>(main: impl Future<Output = T>) -> T {
        let runtime = builder().build_local(Default::default());
        runtime.expect("a runtime can be made").block_on(main)
    }
}

impl<W: Way> Contestant for Tokio<W> {
    const NAME: &'static str = W::NAME;
    const SERVERS: &'static [Server] = W::SERVERS;

    type Task<T: 'static> = JoinHandle<T>;
    type Promise<T: 'static> = oneshot::Sender<T>;
    type Promised<T: 'static> = oneshot::Receiver<T>;
    type Remote = UnboundedSender<Job>;

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        // As a task, as main is in asyncio: `block_on` polls the driver each time it comes back to its own future.
        W::run(async { task::spawn_local(main).await.expect("main ends well") })
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        task::spawn_local(body)
    }

    async fn join<T: 'static>(task: Self::Task<T>) -> T {
        task.await.expect("the task ends well")
    }

    async fn yield_now() {
        task::yield_now().await;
    }

    fn promise<T: 'static>() -> (Self::Promise<T>, Self::Promised<T>) {
        oneshot::channel()
    }

    fn complete<T: 'static>(promise: Self::Promise<T>, value: T) {
        let sent = promise.send(value);
        assert!(sent.is_ok(), "somebody waits for it");
    }

    async fn receive<T: 'static>(promised: Self::Promised<T>) -> T {
        promised.await.expect("it is completed")
    }

    async fn sleep(delay: Duration) {
        time::sleep(delay).await;
    }

    async fn timeout<T: 'static>(
        limit: Duration,
        body: impl Future<Output = T> + 'static,
    ) -> Option<T> {
        time::timeout(limit, body).await.ok()
    }

    fn remote() -> UnboundedSender<Job> {
        let (sender, mut receiver) = mpsc::unbounded_channel::<Job>();
        task::spawn_local(async move {
            while let Some(job) = receiver.recv().await {
                job();
            }
        });
        sender
    }
}

impl Remote for UnboundedSender<Job> {
    fn post(&self, job: Job) {
        let sent = self.send(job);
        assert!(sent.is_ok(), "the runtime runs");
    }
}

/// What `#[tokio::main(flavor = "current_thread")]` sets up.
fn builder() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    builder
}

fn serve<W: Way>(listen: Listen) -> Result {
    W::run(async move {
        let listener = TcpListener::from_std(listen.bind()?)?;
        let service = listen.service();
        listen.ready(listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            // As asyncio does for every connection.
            stream.set_nodelay(true)?;
            match service {
                Service::Echo => task::spawn_local(echo(stream, vec![0; READ_SIZE])),
                Service::SmallEcho => task::spawn_local(echo(stream, [0; SMALL_SIZE])),
                Service::Once => task::spawn_local(once(stream)),
                Service::Lines | Service::Until => task::spawn_local(lines(BufReader::new(stream))),
            };
        }
    })
}

async fn echo(mut stream: TcpStream, mut buffer: impl AsMut<[u8]>) -> io::Result<()> {
    let buffer = buffer.as_mut();
    loop {
        let length = stream.read(buffer).await?;
        if length == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..length]).await?;
    }
}

async fn once(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; SMALL_SIZE];
    let length = stream.read(&mut buffer).await?;
    stream.write_all(&buffer[..length]).await
}

async fn lines(mut stream: BufReader<TcpStream>) -> io::Result<()> {
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    while stream.read_until(b'\n', &mut line).await? > 0 {
        reply.extend_from_slice(&line);
        if line[0] == LAST {
            stream.write_all(&reply).await?;
            reply.clear();
        }
        line.clear();
    }
    Ok(())
}
