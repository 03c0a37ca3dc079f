//! FUT-10: the waiter's step is queued by set_result itself, ahead of what is queued later.

use asyncio::prelude::*;
use asyncio::{Future, Result};

async fn wait(name: &'static str, future: Future<i32>) -> Result<()> {
    println!("{name} waits");
    println!("{name} got {}", (&future).await?);
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    let first = asyncio::create_task(wait("first", future.clone()));
    let second = asyncio::create_task(wait("second", future.clone()));
    asyncio::sleep(0).await?;

    future.add_done_callback(|_| println!("callback added last"));
    event_loop.call_soon(|| println!("queued before set_result"));
    future.set_result(1)?;
    event_loop.call_soon(|| println!("queued after set_result"));
    asyncio::sleep(0).await?;
    println!("one pass later");
    first.await?;
    second.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
