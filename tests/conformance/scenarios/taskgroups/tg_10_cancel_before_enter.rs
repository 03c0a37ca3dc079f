//! TG-10: cancel() before the group is entered cancels it on entry.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let group = TaskGroup::new();
    group.cancel();
    let ended = group.enter(async |_| {
        println!("entered, cancelling {}", task.cancelling());
        asyncio::sleep(0).await?;
        println!("not reached");
        Ok(())
    });
    ended.await?;
    println!("after the group, cancelling {}", task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
