//! TG-10: errors of the children are raised although the group was cancelled.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn fail_on_cancel() -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.map_err(|_| ValueError::with_message("cleanup").into())
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail_on_cancel());
        asyncio::sleep(0).await?;
        group.cancel();
        Ok(())
    });
    if let Err(e) = ended.await {
        println!("{} - {}", py::error(&e), py::error(&py::members(&e)[0]));
    }
    println!("cancelling {}", py::current_task()?.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
