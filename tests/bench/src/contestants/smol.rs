//! smol: a `LocalExecutor` driven by async-io.

use std::future::Future;
use std::time::Duration;

use ::smol::channel::{self, Sender};
use ::smol::io::BufReader;
use ::smol::net::TcpListener;
use ::smol::{LocalExecutor, Timer, future};
use futures_channel::oneshot;

use super::servers::{READ_SIZE, SMALL_SIZE};
use super::{Contestant, Job, Listen, Remote, Server, Service, futures_io};
use crate::Result;

pub(crate) struct Smol;

impl Contestant for Smol {
    const NAME: &'static str = "smol";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve,
    }];

    type Task<T: 'static> = ::smol::Task<T>;
    type Promise<T: 'static> = oneshot::Sender<T>;
    type Promised<T: 'static> = oneshot::Receiver<T>;
    type Remote = Sender<Job>;

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        EXECUTOR.with(|executor| ::smol::block_on(executor.run(executor.spawn(main))))
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        EXECUTOR.with(|executor| executor.spawn(body))
    }

    async fn join<T: 'static>(task: Self::Task<T>) -> T {
        task.await
    }

    async fn yield_now() {
        future::yield_now().await;
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
        Timer::after(delay).await;
    }

    async fn timeout<T: 'static>(
        limit: Duration,
        body: impl Future<Output = T> + 'static,
    ) -> Option<T> {
        let late = async {
            Timer::after(limit).await;
            None
        };
        future::or(async { Some(body.await) }, late).await
    }

    fn remote() -> Sender<Job> {
        let (sender, receiver) = channel::unbounded::<Job>();
        let jobs = async move {
            while let Ok(job) = receiver.recv().await {
                job();
            }
        };
        EXECUTOR.with(|executor| executor.spawn(jobs).detach());
        sender
    }
}

impl Remote for Sender<Job> {
    fn post(&self, job: Job) {
        self.try_send(job).expect("the runtime runs");
    }
}

thread_local! {
    static EXECUTOR: LocalExecutor<'static> = const { LocalExecutor::new() };
}

fn serve(listen: Listen) -> Result {
    Smol::run(async move {
        let listener = TcpListener::try_from(listen.bind()?)?;
        let service = listen.service();
        listen.ready(listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            // As asyncio does for every connection.
            stream.set_nodelay(true)?;
            let task = EXECUTOR.with(|executor| match service {
                Service::Echo => executor.spawn(futures_io::echo(stream, vec![0; READ_SIZE])),
                Service::SmallEcho => executor.spawn(futures_io::echo(stream, [0; SMALL_SIZE])),
                Service::Once => executor.spawn(futures_io::once(stream)),
                Service::Lines | Service::Until => {
                    executor.spawn(futures_io::lines(BufReader::new(stream)))
                }
            });
            task.detach();
        }
    })
}
