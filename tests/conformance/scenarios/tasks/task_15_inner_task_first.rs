//! TASK-15: cancel goes to the innermost awaited task; its clean-up runs before the outer ones.

use asyncio::{Result, Task};

async fn inner() -> Result<()> {
    let slept = asyncio::sleep(10).await;
    println!("inner cleans up");
    asyncio::sleep(0).await?;
    println!("inner is clean");
    slept
}

async fn outside(name: &'static str, awaited: Task<()>) -> Result<()> {
    let ended = awaited.await;
    println!("{name} cleans up");
    ended
}

async fn program() -> Result<()> {
    let inner = asyncio::create_task(inner());
    let middle = asyncio::create_task(outside("middle", inner.clone()));
    let outer = asyncio::create_task(outside("outer", middle.clone()));
    let tasks = [("inner", &inner), ("middle", &middle), ("outer", &outer)];
    asyncio::sleep(0).await?;
    outer.cancel();
    for (name, task) in tasks {
        println!(
            "{name} cancelling {} done {}",
            task.cancelling(),
            task.done()
        );
    }
    if (&outer).await.is_err_and(|e| e.is_cancelled()) {
        println!("main sees the cancellation");
    }
    for (name, task) in tasks {
        println!("{name} cancelled {}", task.cancelled());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
