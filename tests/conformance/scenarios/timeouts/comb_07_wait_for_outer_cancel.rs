//! COMB-07: an outer cancel cancels what wait_for() waits on; a result of the same tick is lost to the waiter.

use asyncio::Result;
use asyncio::prelude::*;

use crate::py;

async fn inner(log: py::Lines) -> Result<i32> {
    let slept = asyncio::sleep(1).await;
    slept.inspect_err(|e| log.append(format!("inner {}", py::error(e))))?;
    Ok(0)
}

async fn wait_on(awaitable: impl Future<Output = Result<i32>>) -> Result<i32> {
    asyncio::wait_for(awaitable, 1).await
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = py::Lines::default();
    let child = asyncio::create_task(inner(log.clone()));
    let waiter = asyncio::create_task(wait_on(child.clone()));
    asyncio::sleep(0).await?;
    waiter.cancel_with("outer");
    if let Err(e) = waiter.await {
        println!("{}", py::error(&e));
    }
    println!("{}, child cancelled {}", log.join(", "), child.cancelled());

    let future = event_loop.create_future();
    let waiter = asyncio::create_task(wait_on(future.clone()));
    asyncio::sleep(0).await?;
    future.set_result(7)?;
    println!("cancel {}", waiter.cancel_with("late"));
    match waiter.await {
        Ok(result) => println!("{result}"),
        Err(e) => println!("{}", py::error(&e)),
    }
    println!("future keeps {}", future.result()?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
