//! SRV-13: errors while setting up an accepted connection are reported in debug mode only.

use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{ExceptionContext, Future, Result, ValueError};

use crate::net::HOST;
use crate::py::{self, Lines};

fn fail(called: &Future<()>) {
    called.set_result(()).unwrap();
    asyncio::raise(ValueError::with_message("no protocol"));
}

async fn attempt(debug: bool) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_debug(debug);
    event_loop.set_slow_callback_duration(60.0);
    let reports = Lines::default();
    let called = event_loop.create_future();
    let factory = {
        let called = called.clone();
        move || fail(&called)
    };
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_, context: &ExceptionContext| {
            let error = py::error(context.exception());
            reports.append(format!("{}, {error}", context.message()));
        }
    });
    let server = event_loop.create_server(factory, HOST, 0).await?;
    let peer = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    called.await?;
    asyncio::sleep(0).await?;
    println!("debug {debug} reports {}", reports.len());
    if reports.len() > 0 {
        println!("{}", reports.join("\n"));
    }
    server.close();
    server.wait_closed().await?;
    drop(peer);
    Ok(())
}

async fn program() -> Result<()> {
    attempt(false).await?;
    attempt(true).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
