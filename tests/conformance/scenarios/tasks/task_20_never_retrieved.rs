//! TASK-20: the error of a task that nobody looked at is reported when the task is destroyed.

use asyncio::{EventLoop, ExceptionContext, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let exception = context.exception().map_or_else(String::new, py::err);
    println!("handler {} {exception}", context.message());
}

async fn fail(name: &'static str) -> Result<()> {
    Err(ValueError::with_message(name).into())
}

async fn program() -> Result<()> {
    asyncio::get_running_loop()?.set_exception_handler(handler);
    let task = asyncio::create_task(fail("untouched"));
    asyncio::sleep(0).await?;
    println!("failed, not reported yet");
    drop(task);
    println!("dropped");

    let task = asyncio::create_task(fail("looked at"));
    asyncio::sleep(0).await?;
    if let Some(exception) = task.exception()? {
        println!("exception() {}", py::err(&exception));
    }
    drop(task);
    println!("dropped");

    asyncio::create_task(fail("handle dropped at once"));
    asyncio::sleep(0).await?;
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
