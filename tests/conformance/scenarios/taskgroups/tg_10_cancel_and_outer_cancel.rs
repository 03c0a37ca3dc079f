//! TG-10: an outer cancel that comes while the group is being cancelled is kept.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn slow_to_end() -> Result<()> {
    if let Err(cancelled) = asyncio::sleep(1).await {
        for _ in 0..10 {
            asyncio::sleep(0).await?;
        }
        println!("child ends");
        return Err(cancelled);
    }
    Ok(())
}

async fn body() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(slow_to_end());
        asyncio::sleep(0).await?;
        group.cancel();
        Ok(())
    });
    if let Err(e) = ended.await {
        let cancelling = py::current_task()?.cancelling();
        println!("group raised {} cancelling {cancelling}", py::error(&e));
        return Err(e);
    }
    println!("not reached");
    Ok(())
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    for _ in 0..5 {
        asyncio::sleep(0).await?;
    }
    task.cancel_with("outer");
    asyncio::wait([&task]).await?;
    println!("task cancelled {}", task.cancelled());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
