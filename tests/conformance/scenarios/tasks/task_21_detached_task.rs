//! TASK-21: a task whose handle is dropped still runs to its end while what it awaits is alive.

use asyncio::prelude::*;
use asyncio::{Future, Result};

async fn body(future: Future<&'static str>) -> Result<()> {
    println!("started");
    println!("got {}", future.await?);
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    asyncio::create_task(body(future.clone()));
    asyncio::sleep(0).await?;
    future.set_result("value")?;
    asyncio::sleep(0).await?;
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
