//! asyncio for Rust.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use asyncio_streams::{
    EventLoop, EventLoopProxy, LoopTasks, LoopTransports, Protocol, StreamReader, StreamWriter,
    Transport, get_running_loop, start_server, wait_for,
};
use pin_project_lite::pin_project;

use super::servers::READ_SIZE;
use super::{Callbacks, Contestant, Job, Listen, Remote, Server};
use crate::Result;

pub(crate) struct Asyncio;

impl Contestant for Asyncio {
    const NAME: &'static str = "asyncio";
    const SERVERS: &'static [Server] = &[
        Server {
            name: "asyncio-protocol",
            serve: serve_protocol,
        },
        Server {
            name: "asyncio-streams",
            serve: serve_streams,
        },
    ];

    type Task<T: 'static> = asyncio_streams::Task<T>;
    type Promise<T: 'static> = asyncio_streams::Future<T>;
    type Promised<T: 'static> = asyncio_streams::Future<T>;
    type Remote = EventLoopProxy;

    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
        asyncio_streams::run(Coroutine { body: main }).expect("main does not fail")
    }

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T> {
        asyncio_streams::create_task(Coroutine { body })
    }

    async fn join<T: 'static>(task: Self::Task<T>) -> T {
        task.await.expect("the task ends well")
    }

    async fn yield_now() {
        asyncio_streams::sleep(0.0).await.expect("nobody cancels");
    }

    fn promise<T: 'static>() -> (Self::Promise<T>, Self::Promised<T>) {
        let future = Self::running_loop().create_future();
        (future.clone(), future)
    }

    fn complete<T: 'static>(promise: Self::Promise<T>, value: T) {
        promise.set_result(value).expect("completed once");
    }

    async fn receive<T: 'static>(promised: Self::Promised<T>) -> T {
        promised.await.expect("it is completed")
    }

    async fn sleep(delay: Duration) {
        asyncio_streams::sleep(delay).await.expect("nobody cancels");
    }

    async fn timeout<T: 'static>(
        limit: Duration,
        body: impl Future<Output = T> + 'static,
    ) -> Option<T> {
        wait_for(Coroutine { body }, limit).await.ok()
    }

    fn remote() -> EventLoopProxy {
        Self::running_loop().proxy()
    }
}

impl Remote for EventLoopProxy {
    fn post(&self, job: Job) {
        self.call_soon_threadsafe(job).expect("the loop is open");
    }
}

impl Callbacks for Asyncio {
    type EventLoop = EventLoop;

    fn running_loop() -> EventLoop {
        get_running_loop().expect("called from within the loop")
    }

    fn call_soon(event_loop: &EventLoop, callback: impl FnOnce() + 'static) {
        event_loop.call_soon(callback);
    }
}

pin_project! {
    /// A body as a coroutine: its output is a `Result`.
    struct Coroutine<F> {
        #[pin]
        body: F,
    }
}

impl<F: Future> Future for Coroutine<F> {
    type Output = asyncio_streams::Result<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().body.poll(cx).map(Ok)
    }
}

fn serve_protocol(listen: Listen) -> Result {
    let served = asyncio_streams::run(async move {
        let event_loop = get_running_loop()?;
        let server = event_loop
            .create_server(Echo::default, "127.0.0.1", listen.address().port())
            .await?;
        listen.ready(server.sockets()[0].local_addr()?);
        server.serve_forever().await
    });
    served.map_err(|error| error.to_string().into())
}

#[derive(Default)]
struct Echo {
    transport: Option<Transport>,
}

impl Protocol for Echo {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        let transport = self.transport.as_ref();
        transport.expect("it is connected").write(data);
    }
}

fn serve_streams(listen: Listen) -> Result {
    let served = asyncio_streams::run(async move {
        let server = start_server(echo, "127.0.0.1", listen.address().port()).await?;
        listen.ready(server.sockets()[0].local_addr()?);
        server.serve_forever().await
    });
    served.map_err(|error| error.to_string().into())
}

async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio_streams::Result<()> {
    loop {
        let data = reader.read(READ_SIZE).await?;
        if data.is_empty() {
            writer.close();
            return writer.wait_closed().await;
        }
        writer.write(&data);
        writer.drain().await?;
    }
}
