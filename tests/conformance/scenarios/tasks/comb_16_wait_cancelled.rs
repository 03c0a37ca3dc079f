//! COMB-16: cancelling wait() does not touch the children.

use asyncio::prelude::*;
use asyncio::{FutureLike, Result};

use crate::py;

async fn child(name: &'static str, gate: FutureLike<()>) -> Result<()> {
    gate.await.inspect_err(|_| println!("{name} cancelled"))?;
    println!("{name} finished");
    Ok(())
}

async fn program() -> Result<()> {
    let gate = asyncio::get_running_loop()?.create_future();
    let first = asyncio::create_task(child("first", asyncio::shield(&gate)));
    let second = asyncio::create_task(child("second", asyncio::shield(&gate)));
    let waiting = asyncio::create_task(asyncio::wait([first.clone(), second.clone()]));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    waiting.cancel_with("enough");
    if let Err(e) = waiting.await {
        println!("wait: {}", py::error(&e));
    }
    println!("children done {} {}", first.done(), second.done());
    gate.set_result(())?;
    first.await?;
    second.await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
