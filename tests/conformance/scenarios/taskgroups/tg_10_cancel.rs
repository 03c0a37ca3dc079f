//! TG-10: TaskGroup.cancel() ends children and body without raising, and may be called again.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn waiting(name: &'static str) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.inspect_err(|_| println!("{name} cancelled"))
}

async fn canceller(group: TaskGroup) -> Result<()> {
    asyncio::sleep(0).await?;
    group.cancel();
    group.cancel();
    Ok(())
}

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let group = TaskGroup::new();
    let mut child = None;
    let ended = group.enter(async |group| {
        child = Some(group.create_task(waiting("child")));
        group.create_task(canceller(group.clone()));
        waiting("body").await?;
        println!("not reached");
        Ok(())
    });
    ended.await?;
    println!(
        "after the group, child cancelled {} cancelling {}",
        child.is_some_and(|child| child.cancelled()),
        task.cancelling()
    );
    group.cancel();
    asyncio::sleep(0).await?;
    println!("cancel after exit does nothing");

    let ended = TaskGroup::run(async |group| {
        group.cancel();
        println!("body runs on to its next await");
        asyncio::sleep(0).await?;
        println!("not reached");
        Ok(())
    });
    ended.await?;
    println!("cancelling {}", task.cancelling());

    let ended = TaskGroup::run(async |group| {
        let child = group.create_task(waiting("never started"));
        group.cancel();
        Ok(child)
    });
    let child = ended.await?;
    println!(
        "no await in the body: child cancelled {}",
        child.cancelled()
    );
    asyncio::sleep(0).await?;
    println!("cancelling {}", task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
