//! FUT-10: each task in a chain of awaits adds one pass of the queue.

use asyncio::prelude::*;
use asyncio::{EventLoop, Future, Result, Task};

async fn inner(future: Future<&'static str>) -> Result<&'static str> {
    let value = future.await?;
    println!("inner {value}");
    Ok(value)
}

async fn outer(task: Task<&'static str>) -> Result<&'static str> {
    let value = task.await?;
    println!("outer {value}");
    Ok(value)
}

fn tick(event_loop: &EventLoop, number: u32) {
    println!("tick {number}");
    if number < 4 {
        let next = event_loop.clone();
        event_loop.call_soon(move || tick(&next, number + 1));
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    let first = asyncio::create_task(inner(future.clone()));
    let second = asyncio::create_task(outer(first));
    let third = asyncio::create_task(outer(second));
    asyncio::sleep(0).await?;
    let ticking = event_loop.clone();
    event_loop.call_soon(move || tick(&ticking, 1));
    future.set_result("value")?;
    third.await?;
    println!("main");
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
