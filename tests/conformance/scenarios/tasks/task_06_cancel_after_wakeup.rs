//! TASK-06: cancel between the result and the wake-up: the task loses it, the future keeps it.

use asyncio::prelude::*;
use asyncio::{Future, Result};

async fn wait(future: Future<&'static str>) -> Result<()> {
    match (&future).await {
        Ok(value) => println!("got {value}"),
        Err(e) => {
            println!("cancelled although the future is done {}", future.done());
            return Err(e);
        }
    }
    Ok(())
}

async fn program() -> Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    let task = asyncio::create_task(wait(future.clone()));
    asyncio::sleep(0).await?;
    future.set_result("value")?;
    println!("cancel {}", task.cancel());
    if (&task).await.is_err() {
        println!("task cancelled {}", task.cancelled());
    }
    println!("future {}", future.result()?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
