//! TASK-03: cancel() is true and counted while the task is not done, false afterwards.

use asyncio::prelude::*;
use asyncio::{Future, Result};

use crate::py;

async fn wait(future: Future<()>) -> Result<()> {
    future.await
}

async fn value() -> Result<i32> {
    Ok(1)
}

async fn program() -> Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    let task = asyncio::create_task(wait(future.clone()));
    asyncio::sleep(0).await?;
    println!("cancelling {}", task.cancelling());
    println!("cancel {} cancelling {}", task.cancel(), task.cancelling());
    println!("the awaited future is cancelled {}", future.cancelled());
    println!("task done {} cancelled {}", task.done(), task.cancelled());
    if let Err(e) = (&task).await {
        println!("caught {}", py::err(&e));
    }
    println!("task done {} cancelled {}", task.done(), task.cancelled());
    println!("cancel {} cancelling {}", task.cancel(), task.cancelling());

    let task = asyncio::create_task(value());
    (&task).await?;
    println!(
        "cancel when done {} cancelling {}",
        task.cancel(),
        task.cancelling()
    );
    println!("result {} cancelled {}", task.result()?, task.cancelled());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
