//! LOOP-19: the exception handler runs in the context of the failed handle or task.

use asyncio::{ContextVar, EventLoop, ExceptionContext, ValueError};

static WHERE: ContextVar<&str> = ContextVar::new("where");

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let mut message = context.message();
    if message.starts_with("Exception in callback") {
        message = "Exception in callback";
    }
    println!(
        "handler {message} sees {}",
        WHERE.get().unwrap_or("nothing")
    );
}

fn fail() -> asyncio::Result<()> {
    Err(ValueError::with_message("boom").into())
}

async fn failing_task() -> asyncio::Result<()> {
    WHERE.set("the task's context");
    fail()
}

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    WHERE.set("main");

    let context = asyncio::copy_context();
    context.run(|| WHERE.set("the handle's context"))?;
    event_loop.call_soon_in(&context, fail);
    asyncio::sleep(0).await?;

    let task = asyncio::create_task(failing_task());
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    drop(task);

    event_loop.call_exception_handler(&ExceptionContext::new("plain report"));
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
