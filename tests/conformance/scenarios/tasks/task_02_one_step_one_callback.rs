//! TASK-02: one step of a task is one callback of the loop.

use asyncio::prelude::*;
use asyncio::{EventLoop, Future, Result};

fn tick(event_loop: &EventLoop, number: u32) {
    println!("tick {number}");
    if number < 4 {
        let next = event_loop.clone();
        event_loop.call_soon(move || tick(&next, number + 1));
    }
}

async fn body(future: Future<()>) -> Result<()> {
    for step in 0..3 {
        println!("step {step}");
        asyncio::sleep(0).await?;
    }
    println!("waits");
    future.await?;
    println!("ends");
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    let task = asyncio::create_task(body(future.clone()));
    let ticking = event_loop.clone();
    event_loop.call_soon(move || tick(&ticking, 0));
    event_loop.call_later(0.02, move || future.set_result(()));
    task.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
