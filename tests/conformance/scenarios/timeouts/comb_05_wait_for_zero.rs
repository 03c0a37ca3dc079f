//! COMB-05: wait_for() with no time left: a done future gives its result, a coroutine never starts.

use asyncio::prelude::*;
use asyncio::{Result, TimeoutError};

use crate::py;

async fn work() -> Result<i32> {
    println!("never printed");
    Ok(1)
}

async fn running(log: py::Lines) -> Result<()> {
    let slept = asyncio::sleep(1).await;
    log.append("running task cleaned up");
    slept
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let done = event_loop.create_future();
    done.set_result(3)?;
    println!("{}", asyncio::wait_for(done, 0).await?);

    for timeout in [0, -1] {
        match asyncio::wait_for(work(), timeout).await {
            Err(e) if e.is::<TimeoutError>() => {
                println!("{timeout} {} from {}", py::error(&e), py::error(e.cause()));
            }
            other => println!("never {}", other?),
        }
    }

    let pending = event_loop.create_future::<()>();
    if let Err(e) = asyncio::wait_for(&pending, 0).await {
        println!("{} future cancelled {}", py::error(&e), pending.cancelled());
    }

    let log = py::Lines::default();
    let task = asyncio::create_task(running(log.clone()));
    asyncio::sleep(0).await?;
    if let Err(e) = asyncio::wait_for(&task, 0).await {
        println!(
            "{} {}, task cancelled {}",
            py::error(&e),
            log.join(", "),
            task.cancelled()
        );
    }
    println!("cancelling {}", py::current_task()?.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
