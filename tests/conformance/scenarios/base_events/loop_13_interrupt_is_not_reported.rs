//! LOOP-13: what escapes run_until_complete(coroutine) counts as retrieved, a task's own not.

use asyncio::prelude::*;
use asyncio::{EnsureFuture, EventLoop, ExceptionContext, KeyboardInterrupt};

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let name = context.exception().map_or("none", |e| e.type_name());
    println!("handler {} {name}", context.message());
}

async fn interrupted() -> asyncio::Result<()> {
    Err(KeyboardInterrupt::new().into())
}

fn run<M: EnsureFuture<()>>(make: impl FnOnce(&EventLoop) -> M) -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_exception_handler(handler);
    match event_loop.run_until_complete(make(&event_loop)) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    event_loop.close()?;
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    println!("coroutine");
    run(|_| interrupted())?;
    println!("task");
    run(|event_loop| event_loop.create_task(interrupted()))?;
    println!("end");
    Ok(())
}
