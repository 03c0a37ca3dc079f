//! TG-12: an eager child that is done already is dealt with one iteration later; one may cancel its own group.

use std::cell::OnceCell;

use asyncio::prelude::*;
use asyncio::{Error, Result, Task, TaskGroup, ValueError};

use crate::py;

async fn value() -> Result<u32> {
    Ok(1)
}

async fn fails() -> Result<()> {
    Err(ValueError::with_message("at once").into())
}

async fn waits(name: &'static str) -> Result<()> {
    let slept = asyncio::sleep(1000).await;
    if slept.is_err() {
        println!("cancelled {name}");
    }
    slept
}

async fn cancels(group: TaskGroup) -> Result<()> {
    group.cancel();
    waits("the one that cancels").await
}

/// `repr(e.exceptions)`, for a group of one.
fn exceptions(error: &Error) -> String {
    let members = py::members(error).iter();
    let members: Vec<_> = members
        .map(|e| format!("{}('{e}'),", e.type_name()))
        .collect();
    format!("({})", members.join(" "))
}

async fn program() -> Result<()> {
    asyncio::get_running_loop()?.set_task_factory(asyncio::eager_task_factory);
    let task = TaskGroup::run(async |group| {
        let task = group.create_task(value());
        println!("done {}", task.done());
        Ok(task)
    })
    .await?;
    println!("left {}", task.result()?);
    let (other, third) = (OnceCell::<Task<()>>::new(), OnceCell::<Task<()>>::new());
    let failed: Result<()> = TaskGroup::run(async |group| {
        let other = other.get_or_init(|| group.create_task(waits("the other")));
        let failed = group.create_task(fails());
        println!("failed {} the body goes on {}", failed.done(), other.done());
        let third = third.get_or_init(|| group.create_task(waits("the third")));
        asyncio::sleep(0).await?;
        println!("one pass later {} {}", other.done(), third.done());
        asyncio::sleep(1000).await
    })
    .await;
    let (other, third) = (other.get().unwrap(), third.get().unwrap());
    let error = failed.unwrap_err();
    println!(
        "{} {} {}",
        exceptions(&error),
        other.cancelled(),
        third.cancelled()
    );
    let task = OnceCell::<Task<()>>::new();
    TaskGroup::run(async |group| {
        let task = task.get_or_init(|| group.create_task(cancels(group.clone())));
        println!("not done {} {}", task.done(), task.cancelling());
        asyncio::sleep(0).await?;
        println!("never");
        Ok(())
    })
    .await?;
    println!("left {}", task.get().unwrap().cancelled());
    println!("a body without an await");
    let failed: Result<()> = TaskGroup::run(async |group| {
        group.create_task(fails());
        println!("end of the body");
        Ok(())
    })
    .await;
    println!("{}", exceptions(&failed.unwrap_err()));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
