//! TASK-28: with eager_task_factory every task starts at once, those of the combinators too.

use asyncio::prelude::*;
use asyncio::{Result, TaskBuilder};

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
    println!("gather of what is done at once");
    event_loop.call_soon(|| println!("one pass"));
    let (a, b) = asyncio::gather((work("a", 0), work("b", 0))).await?;
    println!("{a} {b}");
    println!("gather");
    let all = asyncio::gather([work("c", 2), work("d", 0), work("e", 1)]).await?;
    println!("{}", all.join(" "));
    println!("shield");
    let f = asyncio::shield(work("f", 0)).await?;
    let g = asyncio::shield(work("g", 1)).await?;
    println!("{f} {g}");
    println!("wait");
    let tasks = [work("h", 0), work("i", 1)].map(asyncio::create_task);
    let waited = asyncio::wait(&tasks).return_when(asyncio::FIRST_COMPLETED);
    let (done, pending) = waited.await?;
    println!("{} {}", done.len(), pending.len());
    (&tasks[1]).await?;
    println!("as_completed");
    for earliest in asyncio::as_completed([work("j", 2)]) {
        println!("{}", earliest.await?);
    }
    let ensured = asyncio::ensure_future(work("l", 0));
    println!("ensure_future {}", ensured.done());
    println!("wait_for {}", asyncio::wait_for(work("m", 1), 5).await?);
    asyncio::timeout(5, async |_| {
        println!("timeout {}", asyncio::create_task(work("n", 1)).await?);
        Ok(())
    })
    .await?;
    let late = TaskBuilder::new().eager_start(false).create(work("o", 0));
    println!("late is done {}", late.done());
    late.await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
