//! TG-05: an error of the body cancels the children and is wrapped even if alone.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn waiting() -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.inspect_err(|_| println!("child cancelled"))
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting());
        asyncio::sleep(0).await?;
        Err::<(), _>(ValueError::with_message("body").into())
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
        println!("{}", py::error(&py::members(&e)[0]));
    }

    let ended = TaskGroup::run(async |_| {
        let error = ValueError::with_message("no children");
        Err::<(), _>(error.into())
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
        println!("{}", py::error(&py::members(&e)[0]));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
