//! TASK-20: a task that is destroyed while it still waits is reported.

use asyncio::prelude::*;
use asyncio::{EventLoop, ExceptionContext, Future, Result};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler {}", context.message());
}

async fn wait(future: Future<()>) -> Result<()> {
    future.await
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    let future = event_loop.create_future();
    let task = event_loop.create_task(wait(future.clone()));
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    event_loop.close()?;
    drop((future, task, event_loop));
    println!("end");
    Ok(())
}
