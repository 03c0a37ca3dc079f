//! RUN-03: a task that fails while the loop shuts down is reported, not raised.

use asyncio::{EventLoop, ExceptionContext, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let exception = context.exception().map_or_else(String::new, py::err);
    println!("handler {} {exception}", context.message());
}

async fn background() -> Result<()> {
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => {
            println!("cancelled");
            Err(ValueError::with_message("clean-up failed").into())
        }
        other => other,
    }
}

async fn program() -> Result<&'static str> {
    asyncio::get_running_loop()?.set_exception_handler(handler);
    asyncio::create_task(background());
    asyncio::sleep(0).await?;
    Ok("value")
}

pub fn main() -> Result<()> {
    println!("result {}", asyncio::run(program())?);
    Ok(())
}
