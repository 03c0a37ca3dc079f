//! TG-02: the first failure cancels the other children and the body.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn waiting(name: &'static str, log: py::Lines) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    slept.inspect_err(|e| log.append(format!("{name} got {}", py::error(e))))
}

async fn fail() -> Result<()> {
    asyncio::sleep(0.01).await?;
    Err(ValueError::with_message("child").into())
}

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let log = py::Lines::default();
    let mut waiters = Vec::new();
    let ended = TaskGroup::run(async |group| {
        waiters.push(group.create_task(waiting("first", log.clone())));
        group.create_task(fail());
        waiters.push(group.create_task(waiting("second", log.clone())));
        asyncio::sleep(1).await.inspect_err(|e| {
            println!("body got {} cancelling {}", py::error(e), task.cancelling());
        })
    });
    if let Err(e) = ended.await {
        println!("{} - {}", py::error(&e), py::error(&py::members(&e)[0]));
    }
    // the order in which a group cancels its children is not defined
    log.sort();
    println!("{}", log.join(", "));
    let [first, second] = [&waiters[0], &waiters[1]];
    println!("cancelled {} {}", first.cancelled(), second.cancelled());
    println!("cancelling {}", task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
