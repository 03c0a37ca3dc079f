//! TG-04: a child that ends cancelled is no error.

use asyncio::{CancelledError, Result, TaskGroup};

async fn waiting(name: &'static str) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    println!("{name} ends");
    slept
}

async fn raises_cancelled() -> Result<()> {
    Err(CancelledError::with_msg(Some("by itself".into())).into())
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        let first = group.create_task(waiting("first"));
        let second = group.create_task(raises_cancelled());
        asyncio::sleep(0).await?;
        first.cancel();
        asyncio::sleep(0).await?;
        println!("body goes on");
        Ok((first, second))
    });
    let (first, second) = ended.await?;
    println!("cancelled {} {}", first.cancelled(), second.cancelled());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
