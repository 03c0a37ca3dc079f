//! TASK-16: an awaiter tells by cancelling() whether it was cancelled or what it awaits.

use asyncio::{Result, Task};

use crate::py;

async fn inner() -> Result<&'static str> {
    asyncio::sleep(10).await?;
    Ok("never")
}

async fn outer(task: Task<&'static str>) -> Result<&'static str> {
    match task.await {
        Err(e) if e.is_cancelled() => {
            println!(
                "outer: my cancelling() is {}",
                py::current_task()?.cancelling()
            );
            Ok("survived")
        }
        other => other,
    }
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(inner());
    let waiter = asyncio::create_task(outer(task.clone()));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("cancel the inner task");
    task.cancel();
    println!(
        "result {} cancelled {}",
        (&waiter).await?,
        waiter.cancelled()
    );

    let task = asyncio::create_task(inner());
    let waiter = asyncio::create_task(outer(task.clone()));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("cancel the outer task");
    waiter.cancel();
    println!(
        "result {} inner cancelled {}",
        waiter.await?,
        task.cancelled()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
