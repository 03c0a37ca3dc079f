//! FUT-07: an exception that nobody looked at is reported when the future is destroyed.

use asyncio::prelude::*;
use asyncio::{EventLoop, ExceptionContext, Future, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let exception = context.exception().map_or_else(String::new, py::err);
    println!("handler {} {exception}", context.message());
}

fn failed(name: &'static str) -> Result<Future<()>> {
    println!("{name}");
    let future = asyncio::get_running_loop()?.create_future();
    future.set_exception(ValueError::with_message(name))?;
    Ok(future)
}

async fn program() -> Result<()> {
    asyncio::get_running_loop()?.set_exception_handler(handler);

    let future = failed("untouched")?;
    println!("not yet");
    drop(future);

    let future = failed("only asked whether it is done")?;
    future.done();
    future.cancelled();
    drop(future);

    let future = failed("exception() called")?;
    future.exception()?;
    drop(future);

    let future = failed("result() called")?;
    let _ = future.result();
    drop(future);

    let future = failed("awaited")?;
    let _ = (&future).await;
    drop(future);

    let future = failed("cancel() called")?;
    future.cancel();
    drop(future);
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
