//! glommio, which needs io_uring.

use std::future::Future;
use std::io;
use std::time::Duration;

use ::glommio::net::TcpListener;
use ::glommio::task::JoinHandle;
use ::glommio::{GlommioError, LocalExecutorBuilder, Placement, spawn_local, timer};
use ::smol::future;
use futures_channel::mpsc::UnboundedSender;
use futures_channel::oneshot;

use super::servers::{READ_SIZE, SMALL_SIZE};
use super::{Contestant, Listen, Server, Service, futures_io, jobs};
use crate::Result;

pub(crate) struct Glommio;

impl Contestant for Glommio {
    const NAME: &'static str = "glommio";
    const SERVERS: &'static [Server] = &[Server {
        name: Self::NAME,
        services: Server::WITH_LINES,
        serve,
    }];

    type Task<T: 'static> = ::glommio::Task<T>;
    type Promise<T: 'static> = oneshot::Sender<T>;
    type Promised<T: 'static> = oneshot::Receiver<T>;
    type Remote = UnboundedSender<super::Job>;

    fn is_available() -> bool {
        LocalExecutorBuilder::new(Placement::Unbound).make().is_ok()
    }

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        let executor = LocalExecutorBuilder::new(Placement::Unbound).make();
        executor
            .expect("an executor can be made")
            .run(async { spawn_local(main).await })
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        spawn_local(body)
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
        timer::sleep(delay).await;
    }

    async fn timeout<T: 'static>(
        limit: Duration,
        body: impl Future<Output = T> + 'static,
    ) -> Option<T> {
        let body = async { Ok::<_, GlommioError<()>>(body.await) };
        timer::timeout(limit, body).await.ok()
    }

    fn remote() -> Self::Remote {
        let (sender, jobs) = jobs();
        let _detached: JoinHandle<()> = spawn_local(jobs).detach();
        sender
    }
}

fn serve(listen: Listen) -> Result {
    Glommio::run(async move {
        let listener = TcpListener::bind(listen.address()).map_err(io::Error::from)?;
        let service = listen.service();
        listen.ready(listener.local_addr().map_err(io::Error::from)?);
        loop {
            let stream = listener.accept().await.map_err(io::Error::from)?;
            // As asyncio does for every connection.
            stream.set_nodelay(true).map_err(io::Error::from)?;
            let task = match service {
                Service::Echo => spawn_local(futures_io::echo(stream, vec![0; READ_SIZE])),
                Service::SmallEcho => spawn_local(futures_io::echo(stream, [0; SMALL_SIZE])),
                Service::Once => spawn_local(futures_io::once(stream)),
                Service::Lines | Service::Until => {
                    spawn_local(futures_io::lines(stream.buffered()))
                }
            };
            task.detach();
        }
    })
}
