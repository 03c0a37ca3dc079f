//! LOOP-13: run_until_complete() takes futures, tasks and coroutines, and raises their errors.

use asyncio::prelude::*;
use asyncio::{EventLoop, ExceptionContext, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler {}", context.message());
}

async fn give(value: &'static str) -> asyncio::Result<&'static str> {
    asyncio::sleep(0).await?;
    Ok(value)
}

async fn fail() -> asyncio::Result<()> {
    asyncio::sleep(0).await?;
    Err(ValueError::with_message("from the coroutine").into())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    let future = event_loop.create_future();
    future.set_result("future")?;
    println!("{}", event_loop.run_until_complete(future)?);
    let task = event_loop.create_task(give("task"));
    println!("{}", event_loop.run_until_complete(task)?);
    println!("{}", event_loop.run_until_complete(give("coroutine"))?);
    match event_loop.run_until_complete(fail()) {
        Err(e) if e.is::<ValueError>() => println!("caught {}", py::err(&e)),
        other => other?,
    }
    println!("nothing was reported");
    event_loop.close()?;
    Ok(())
}
