//! asyncio for Rust.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use asyncio_streams::{
    Bytes, EventLoop, EventLoopProxy, LoopTasks, LoopTransports, Protocol, StreamReader,
    StreamWriter, Transport, get_running_loop, start_server, wait_for,
};
use pin_project_lite::pin_project;

use super::servers::{LAST, READ_SIZE, SEPARATOR, SMALL_SIZE};
use super::{Callbacks, Contestant, Job, Listen, Remote, Server, Service};
use crate::Result;

pub(crate) struct Asyncio;

impl Contestant for Asyncio {
    const NAME: &'static str = "asyncio";
    const SERVERS: &'static [Server] = &[
        Server {
            name: "asyncio-protocol",
            services: Server::SIMPLE,
            serve: serve_protocol,
        },
        Server {
            name: "asyncio-streams",
            services: Server::WITH_SEPARATORS,
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
        let service = listen.service();
        let server = event_loop
            .create_server(
                move || Echo::new(service),
                "127.0.0.1",
                listen.address().port(),
            )
            .reuse_port(listen.shares_port())
            .await?;
        listen.ready(server.sockets()[0].local_addr()?);
        server.serve_forever().await
    });
    served.map_err(|error| error.to_string().into())
}

struct Echo {
    service: Service,
    transport: Option<Transport>,
}

impl Echo {
    fn new(service: Service) -> Self {
        let transport = None;
        Echo { service, transport }
    }
}

impl Protocol for Echo {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        let transport = self.transport.as_ref().expect("it is connected");
        transport.write(data);
        if self.service == Service::Once {
            transport.close();
        }
    }
}

fn serve_streams(listen: Listen) -> Result {
    let served = asyncio_streams::run(async move {
        let (host, port) = ("127.0.0.1", listen.address().port());
        let server = match listen.service() {
            Service::Echo | Service::SmallEcho => start_server(echo, host, port),
            Service::Once => start_server(once, host, port),
            Service::Lines => start_server(lines, host, port),
            Service::Until => start_server(until, host, port),
        };
        let server = server.reuse_port(listen.shares_port()).await?;
        listen.ready(server.sockets()[0].local_addr()?);
        server.serve_forever().await
    });
    served.map_err(|error| error.to_string().into())
}

async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio_streams::Result<()> {
    loop {
        // It costs no memory, as a connection has no buffer of its own.
        let data = reader.read(READ_SIZE).await?;
        if data.is_empty() {
            writer.close();
            return writer.wait_closed().await;
        }
        writer.write(&data);
        writer.drain().await?;
    }
}

async fn once(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio_streams::Result<()> {
    writer.write(&reader.read(SMALL_SIZE).await?);
    writer.close();
    writer.wait_closed().await
}

async fn lines(reader: StreamReader, writer: StreamWriter) -> asyncio_streams::Result<()> {
    let read = async |reader: &mut StreamReader| reader.readline().await;
    answer_lines(read, reader, writer).await
}

async fn until(reader: StreamReader, writer: StreamWriter) -> asyncio_streams::Result<()> {
    let read = async |reader: &mut StreamReader| reader.readuntil(SEPARATOR).await;
    answer_lines(read, reader, writer).await
}

async fn answer_lines(
    read: impl AsyncFn(&mut StreamReader) -> asyncio_streams::Result<Bytes>,
    mut reader: StreamReader,
    mut writer: StreamWriter,
) -> asyncio_streams::Result<()> {
    let mut reply = Vec::new();
    loop {
        let line = read(&mut reader).await?;
        let Some(&first) = line.first() else {
            writer.close();
            return writer.wait_closed().await;
        };
        reply.extend_from_slice(&line);
        if first == LAST {
            writer.write(&reply);
            writer.drain().await?;
            reply.clear();
        }
    }
}
