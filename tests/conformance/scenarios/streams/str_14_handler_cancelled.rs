//! STR-14: a handler that is cancelled closes its connection without a report.

use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{AnyTask, EventLoop, ExceptionContext, Future, Result, StreamReader, StreamWriter};

use crate::net::{self, HOST};
use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler: {}", context.message());
}

async fn serve(
    started: Future<AnyTask>,
    mut reader: StreamReader,
    _writer: StreamWriter,
) -> Result<()> {
    started.set_result(py::current_task()?)?;
    let line = reader.readline().await;
    if let Err(e) = &line {
        println!("handler {}", py::error(e));
    }
    line.map(drop)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let started = event_loop.create_future();

    let task = started.clone();
    let serve = move |reader, writer| serve(task.clone(), reader, writer);
    let server = asyncio::start_server(serve, HOST, 0).await?;
    let peer = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    let task = started.await?;
    asyncio::sleep(0).await?;
    task.cancel_with("stop");
    asyncio::wait([&task]).await?;
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    server.close();
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
