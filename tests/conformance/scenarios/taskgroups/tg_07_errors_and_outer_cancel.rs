//! TG-07: with errors and an outer cancel the group is raised and the next await raises CancelledError.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn fail_on_cancel() -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.map_err(|_| ValueError::with_message("child").into())
}

async fn body() -> Result<()> {
    let task = py::current_task()?;
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail_on_cancel());
        asyncio::sleep(1).await
    });
    if let Err(e) = ended.await {
        println!("{} - {}", py::error(&e), py::error(&py::members(&e)[0]));
    }
    println!("cancelling {}", task.cancelling());
    match asyncio::sleep(0).await {
        Ok(()) => println!("not reached"),
        Err(e) => println!("next await: {}", py::error(&e)),
    }
    asyncio::sleep(0).await?;
    println!("the one after goes on, cancelling {}", task.cancelling());
    Ok(())
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    task.cancel_with("outer");
    task.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
