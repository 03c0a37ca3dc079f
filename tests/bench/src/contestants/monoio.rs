//! monoio, on io_uring and on epoll.

use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

use ::monoio::io::{AsyncBufReadExt, AsyncReadRent, AsyncWriteRentExt, BufReader};
use ::monoio::net::{TcpListener, TcpStream};
use ::monoio::task::JoinHandle;
use ::monoio::{IoUringDriver, LegacyDriver, RuntimeBuilder, time};
use futures_channel::mpsc::UnboundedSender;
use futures_channel::oneshot;

use super::servers::{LAST, READ_SIZE, SMALL_SIZE};
use super::{Contestant, Listen, Server, Service, jobs};
use crate::Result;

/// monoio on one of its two drivers.
pub(crate) struct Monoio<D>(PhantomData<D>);

/// Which driver it is.
pub(crate) trait Driver: 'static {
    const NAME: &'static str;
    const SERVERS: &'static [Server];

    fn is_available() -> bool;

    fn run<T>(main: impl Future<Output = T>) -> T;
}

pub(crate) struct Uring;

pub(crate) struct Epoll;

impl Driver for Uring {
    const NAME: &'static str = "monoio";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve: serve::<Self>,
    }];

    fn is_available() -> bool {
        RuntimeBuilder::<IoUringDriver>::new().build().is_ok()
    }

    fn run<T>(main: impl Future<Output = T>) -> T {
        let runtime = RuntimeBuilder::<IoUringDriver>::new()
            .enable_timer()
            .build();
        runtime.expect("a runtime can be made").block_on(main)
    }
}

impl Driver for Epoll {
    const NAME: &'static str = "monoio-epoll";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve: serve::<Self>,
    }];

    fn is_available() -> bool {
        true
    }

    fn run<T>(main: impl Future<Output = T>) -> T {
        let runtime = RuntimeBuilder::<LegacyDriver>::new().enable_timer().build();
        runtime.expect("a runtime can be made").block_on(main)
    }
}

impl<D: Driver> Contestant for Monoio<D> {
    const NAME: &'static str = D::NAME;
    const SERVERS: &'static [Server] = D::SERVERS;

    type Task<T: 'static> = JoinHandle<T>;
    type Promise<T: 'static> = oneshot::Sender<T>;
    type Promised<T: 'static> = oneshot::Receiver<T>;
    type Remote = UnboundedSender<super::Job>;

    fn is_available() -> bool {
        D::is_available()
    }

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        D::run(async { ::monoio::spawn(main).await })
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        ::monoio::spawn(body)
    }

    async fn join<T: 'static>(task: Self::Task<T>) -> T {
        task.await
    }

    /// monoio has no such thing, and a task that wakes itself runs again before all others.
    async fn yield_now() {
        ::monoio::spawn(async {}).await;
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

    fn remote() -> Self::Remote {
        let (sender, jobs) = jobs();
        ::monoio::spawn(jobs);
        sender
    }
}

fn serve<D: Driver>(listen: Listen) -> Result {
    D::run(async move {
        let listener = TcpListener::bind(listen.address())?;
        let service = listen.service();
        listen.ready(listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            // As asyncio does for every connection.
            stream.set_nodelay(true)?;
            match service {
                Service::Echo => ::monoio::spawn(echo(stream, READ_SIZE)),
                Service::SmallEcho => ::monoio::spawn(echo(stream, SMALL_SIZE)),
                Service::Once => ::monoio::spawn(once(stream)),
                Service::Lines | Service::Until => ::monoio::spawn(lines(BufReader::new(stream))),
            };
        }
    })
}

async fn echo(mut stream: TcpStream, size: usize) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(size);
    loop {
        let (read, filled) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(());
        }
        let (written, emptied) = stream.write_all(filled).await;
        written?;
        buffer = emptied;
        buffer.clear();
    }
}

async fn once(mut stream: TcpStream) -> io::Result<()> {
    let (read, filled) = stream.read(Vec::with_capacity(SMALL_SIZE)).await;
    read?;
    stream.write_all(filled).await.0.map(drop)
}

async fn lines(mut stream: BufReader<TcpStream>) -> io::Result<()> {
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    while stream.read_until(b'\n', &mut line).await? > 0 {
        reply.extend_from_slice(&line);
        if line[0] == LAST {
            let (written, emptied) = stream.write_all(reply).await;
            written?;
            reply = emptied;
            reply.clear();
        }
        line.clear();
    }
    Ok(())
}
