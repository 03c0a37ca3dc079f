//! COMB-01: a cancelled inner cancels the outer; shield() of a done future is that future.

use asyncio::prelude::*;
use asyncio::{Result, ValueError};

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let inner = event_loop.create_future::<()>();
    let outer = asyncio::shield(&inner);
    inner.cancel_with("gone");
    println!("at once {}", outer.done());
    if let Err(e) = outer.clone().await {
        println!("outer: {}", py::error(&e));
    }
    println!("outer cancelled {}", outer.cancelled());

    let failing = event_loop.create_future::<()>();
    let outer = asyncio::shield(&failing);
    failing.set_exception(ValueError::with_message("broken"))?;
    if let Err(e) = outer.await {
        println!("outer: {}", py::error(&e));
    }

    let done = event_loop.create_future();
    done.set_result(1)?;
    println!("same {}", asyncio::shield(done.clone()) == done);
    let pending = event_loop.create_future();
    let outer = asyncio::shield(&pending);
    println!("same {}", outer == pending);
    pending.set_result(2)?;
    println!("result {}", outer.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
