//! TASK-02: a task that is already scheduled is not scheduled again by a second reason to run.

use asyncio::prelude::*;
use asyncio::{Future, Result};

async fn body(future: Future<()>) -> Result<()> {
    println!("waits");
    match future.await {
        Err(e) if e.is_cancelled() => println!("cancelled"),
        other => other?,
    }
    for step in 0..3 {
        println!("step {step}");
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    let task = asyncio::create_task(body(future.clone()));
    asyncio::sleep(0).await?;
    future.set_result(())?;
    println!("cancel {} {}", task.cancel(), task.cancel());
    while !task.done() {
        println!("pass");
        asyncio::sleep(0).await?;
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
