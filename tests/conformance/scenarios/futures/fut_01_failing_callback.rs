//! FUT-01: a done callback that fails is reported; the ones behind it still run.

use asyncio::prelude::*;
use asyncio::{EventLoop, ExceptionContext, Future, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let exception = context.exception().map_or_else(String::new, py::err);
    println!("handler {} {exception}", &context.message()[..21]);
}

fn fail(_future: &Future<i32>) -> Result<()> {
    println!("first fails");
    Err(ValueError::with_message("boom").into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let future = event_loop.create_future();
    future.add_done_callback(fail);
    future.add_done_callback(|f| f.result().map(|value| println!("second {value}")));
    future.set_result(1)?;
    println!("awaited {}", (&future).await?);
    asyncio::sleep(0).await?;
    println!("main goes on");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
