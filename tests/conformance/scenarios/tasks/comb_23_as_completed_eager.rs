//! COMB-23: as_completed() of tasks that have ended eagerly gives them after a pass of the loop, and before any other.

use asyncio::prelude::*;
use asyncio::{Result, as_completed, create_task};

async fn work(name: &'static str, passes: u32) -> Result<&'static str> {
    println!("begin {name}");
    for _ in 0..passes {
        asyncio::sleep(0).await?;
    }
    println!("end {name}");
    Ok(name)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_task_factory(asyncio::eager_task_factory);
    println!("tasks");
    let tasks =
        [("a", 0), ("b", 2), ("c", 0)].map(|(name, passes)| create_task(work(name, passes)));
    event_loop.call_soon(|| println!("one pass"));
    let completed = as_completed(&tasks);
    let mut names = Vec::new();
    while let Some(task) = completed.next().await {
        names.push(task?.result()?);
    }
    names[..2].sort_unstable();
    println!("{}", names.join(" "));
    println!("a coroutine");
    let completed = as_completed([work("d", 0)]);
    event_loop.call_soon(|| println!("one pass"));
    for earliest in completed {
        println!("{}", earliest.await?);
    }
    println!("a timeout that was too late");
    let completed = as_completed([work("e", 0)]).timeout(0);
    while let Some(task) = completed.next().await {
        println!("{}", task?.result()?);
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
