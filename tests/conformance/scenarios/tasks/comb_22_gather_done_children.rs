//! COMB-22: gather() of children that are all done is done at once.

use asyncio::prelude::*;
use asyncio::{Result, ValueError};

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (first, second) = (event_loop.create_future(), event_loop.create_future());
    first.set_result(1)?;
    second.set_result(2)?;
    let outer = asyncio::gather([&first, &second]).future();
    println!("done {}", outer.done());
    println!("sum {}", outer.result()?.iter().sum::<i32>());
    let log = py::Lines::default();
    event_loop.call_soon(log.appender("callback"));
    outer.await?;
    println!("callbacks that ran during await {}", log.len());

    let failed = event_loop.create_future();
    failed.set_exception(ValueError::with_message("broken"))?;
    let outer = asyncio::gather([&first, &failed]).future();
    println!(
        "done {} {}",
        outer.done(),
        py::error(outer.exception()?.as_ref())
    );

    let pending = event_loop.create_future();
    let outer = asyncio::gather([&first, &pending]).future();
    println!("done {}", outer.done());
    pending.set_result(3)?;
    println!("done {}", outer.done());
    println!("sum {}", outer.await?.iter().sum::<i32>());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
