//! TASK-13: the message of cancel() is raised in the task and reaches the one who awaits it.

use asyncio::{Result, Task};

use crate::py;

async fn inner() -> Result<()> {
    let slept = asyncio::sleep(10).await;
    if let Err(e) = &slept {
        println!("inner {}", py::err(e));
    }
    slept
}

async fn outer(task: Task<()>) -> Result<()> {
    let ended = task.await;
    if let Err(e) = &ended {
        println!("outer {}", py::err(e));
    }
    ended
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(inner());
    let waiter = asyncio::create_task(outer(task));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    waiter.cancel_with("enough");
    for attempt in ["first", "second"] {
        if let Err(e) = (&waiter).await {
            println!("main {attempt} {}", py::err(&e));
        }
    }

    let task = asyncio::create_task(inner());
    asyncio::sleep(0).await?;
    task.cancel();
    if let Err(e) = task.await {
        println!("without a message {}", py::err(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
