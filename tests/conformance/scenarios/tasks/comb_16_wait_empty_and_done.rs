//! COMB-16: wait() refuses an empty set, and suspends even if everything is done already.

use asyncio::prelude::*;
use asyncio::{Result, Task};

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    if let Err(e) = asyncio::wait([] as [Task<()>; 0]).await {
        println!("{}", py::error(&e));
    }

    let future = event_loop.create_future();
    future.set_result(1)?;
    let log = py::Lines::default();
    event_loop.call_soon(log.appender("callback"));
    let (done, pending) = asyncio::wait([&future]).await?;
    log.append("wait returned");
    println!(
        "done {} pending {} {}",
        done.len(),
        pending.len(),
        log.join(", ")
    );

    let (done, pending) = asyncio::wait([&future, &future]).await?;
    println!(
        "twice the same: done {} pending {}",
        done.len(),
        pending.len()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
