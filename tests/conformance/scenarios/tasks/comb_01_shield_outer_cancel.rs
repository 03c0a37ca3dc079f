//! COMB-01: cancelling the awaiter of shield() leaves the inner task running.

use asyncio::prelude::*;
use asyncio::{Future, Result, Task};

use crate::py;

async fn work(gate: Future<()>) -> Result<i32> {
    gate.await.inspect_err(|_| println!("inner cancelled"))?;
    println!("inner finished");
    Ok(7)
}

async fn caller(inner: Task<i32>) -> Result<()> {
    let ended = asyncio::shield(&inner).await;
    ended.inspect_err(|e| println!("caller: {}", py::error(e)))?;
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let gate = event_loop.create_future();
    let inner = asyncio::create_task(work(gate.clone()));
    let task = asyncio::create_task(caller(inner.clone()));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("cancel {}", task.cancel_with("stop"));
    asyncio::wait([&task]).await?;
    println!("task cancelled {}", task.cancelled());
    println!("inner done {}", inner.done());
    gate.set_result(())?;
    println!("inner result {}", inner.await?);

    let gate = event_loop.create_future();
    let inner = asyncio::create_task(work(gate.clone()));
    let outer = asyncio::shield(&inner);
    println!("outer cancel {}", outer.cancel());
    println!("outer cancelled {}", outer.cancelled());
    gate.set_result(())?;
    println!("inner result {}", inner.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
