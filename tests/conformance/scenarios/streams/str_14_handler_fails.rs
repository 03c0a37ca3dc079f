//! STR-14: an error of the handler is reported and closes the connection.

use std::io::Write;
use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{ExceptionContext, Result, StreamReader, StreamWriter, ValueError};

use crate::net::{self, HOST};
use crate::py;

async fn serve(mut reader: StreamReader, _writer: StreamWriter) -> Result<()> {
    println!("got {}", net::show(reader.readline().await?));
    Err(ValueError::with_message("bad request").into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let handled = event_loop.create_future();
    let report = handled.clone();
    event_loop.set_exception_handler(move |_, context: &ExceptionContext| {
        let error = py::error(context.exception());
        println!("handler: {} - {error}", context.message());
        report.set_result(())
    });
    let server = asyncio::start_server(serve, HOST, 0).await?;
    let mut peer = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    peer.write_all(b"hello\n")?;
    handled.await?;
    asyncio::sleep(0).await?;
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    server.close();
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
