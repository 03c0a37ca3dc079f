//! FUT-11: awaiting a done future or task does not suspend.

use asyncio::prelude::*;
use asyncio::{Result, ValueError};

use crate::py;

async fn value() -> Result<&'static str> {
    Ok("task")
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    future.set_result("future")?;
    let task = asyncio::create_task(value());
    asyncio::sleep(0).await?;
    let failed = event_loop.create_future::<()>();
    failed.set_exception(ValueError::with_message("boom"))?;

    event_loop.call_soon(|| println!("the loop turned"));
    println!("{}", future.await?);
    println!("{}", task.await?);
    if let Err(e) = failed.await {
        println!("caught {}", py::text(&e));
    }
    println!("now main suspends");
    asyncio::sleep(0).await?;
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
