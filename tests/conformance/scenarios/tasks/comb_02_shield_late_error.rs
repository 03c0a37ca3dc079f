//! COMB-02: after the outer was cancelled, an error of the inner is reported when it is dropped, if never retrieved.

use asyncio::prelude::*;
use asyncio::{EventLoop, ExceptionContext, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler: {}", context.message());
    println!("handler: {}", py::error(context.exception()));
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);

    let inner = event_loop.create_future::<()>();
    let outer = asyncio::shield(&inner);
    outer.cancel();
    asyncio::sleep(0).await?;
    inner.set_exception(ValueError::with_message("late"))?;
    asyncio::sleep(0).await?;
    println!("drop");
    drop((inner, outer));
    asyncio::sleep(0).await?;

    let inner = event_loop.create_future::<()>();
    let outer = asyncio::shield(&inner);
    outer.cancel();
    asyncio::sleep(0).await?;
    inner.set_exception(ValueError::with_message("seen"))?;
    println!("retrieved: {}", py::error(inner.exception()?.as_ref()));
    println!("drop");
    drop((inner, outer));
    asyncio::sleep(0).await?;
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
