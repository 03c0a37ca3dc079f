//! TG-02: a failure while the group waits at its end does not show as a cancel of the body.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn waiting(name: &'static str) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    println!("{name} ends");
    slept
}

async fn fail() -> Result<()> {
    Err(ValueError::with_message("child").into())
}

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting("first"));
        group.create_task(fail());
        println!("body ends");
        Ok(())
    });
    if let Err(e) = ended.await {
        println!("{} - {}", py::error(&e), py::error(&py::members(&e)[0]));
    }
    println!("cancelling {}", task.cancelling());
    asyncio::sleep(0).await?;
    println!("not cancelled");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
