//! TASK-12: two cancels of a task that waits for nothing: the last message is delivered.

use asyncio::Result;

use crate::py;

async fn body() -> Result<()> {
    let slept = asyncio::sleep(0).await;
    if let Err(e) = &slept {
        println!("body {}", py::err(e));
    }
    slept
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    task.cancel_with("A");
    task.cancel_with("B");
    if let Err(e) = (&task).await {
        println!("not started {} {}", py::err(&e), task.cancelling());
    }

    let task = asyncio::create_task(body());
    asyncio::sleep(0).await?;
    task.cancel_with("C");
    task.cancel_with("D");
    if let Err(e) = (&task).await {
        println!("in a bare yield {} {}", py::err(&e), task.cancelling());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
