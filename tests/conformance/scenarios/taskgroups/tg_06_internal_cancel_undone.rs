//! TG-06: the group's own cancel of the body is undone; an outer cancel goes through when there are no errors.

use asyncio::{Error, Result, Task, TaskGroup, ValueError};

use crate::py;

async fn fail() -> Result<()> {
    Err(ValueError::with_message("child").into())
}

async fn waiting() -> Result<()> {
    let slept = asyncio::sleep(1).await;
    println!("child ends");
    slept
}

fn show_raised(e: &Error) {
    let cancelling = py::current_task().map_or(0, |task| task.cancelling());
    println!("group raised {} cancelling {cancelling}", py::error(e));
}

async fn with_outer_cancel() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting());
        asyncio::sleep(1).await
    });
    ended.await.inspect_err(show_raised)
}

async fn outer_cancel_at_exit() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting());
        Ok(())
    });
    ended.await.inspect_err(show_raised)
}

async fn cancel_outside(child: Task<()>) -> Result<()> {
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    child.cancel_with("outer");
    asyncio::wait([&child]).await?;
    println!("task cancelled {}", child.cancelled());
    Ok(())
}

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail());
        asyncio::sleep(1).await
    });
    if ended.await.is_err() {
        println!("own cancel: cancelling {}", task.cancelling());
    }

    cancel_outside(asyncio::create_task(with_outer_cancel())).await?;
    cancel_outside(asyncio::create_task(outer_cancel_at_exit())).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
