//! TG-13: the group keeps children alive that nobody else refers to.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn child(log: py::Lines) -> Result<()> {
    asyncio::sleep(0.01).await?;
    log.append("finished");
    Ok(())
}

async fn program() -> Result<()> {
    let log = py::Lines::default();
    let ended = TaskGroup::run(async |group| {
        for _ in 0..3 {
            drop(group.create_task(child(log.clone())));
        }
        asyncio::sleep(0).await
    });
    ended.await?;
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
