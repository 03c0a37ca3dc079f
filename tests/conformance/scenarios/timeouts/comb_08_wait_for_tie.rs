//! COMB-08: result and deadline in one tick: the timer decides if it runs before the waiter's step.

use std::thread;
use std::time::Duration;

use asyncio::prelude::*;
use asyncio::{Future, Result};

use crate::py;

async fn attempt(result_at: f64, deadline: f64) -> Result<()> {
    fn finish(future: &Future<&'static str>) -> Result<()> {
        if !future.done() {
            future.set_result("value")?;
        }
        Ok(())
    }

    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    event_loop.call_later(result_at, {
        let future = future.clone();
        move || finish(&future)
    });
    match asyncio::wait_for(block_and_wait(&future), deadline).await {
        Ok(value) => println!("{value}"),
        Err(e) => println!("{}", py::error(&e)),
    }
    println!(
        "future cancelled {} done {}",
        future.cancelled(),
        future.done()
    );
    Ok(())
}

async fn block_and_wait(future: &Future<&'static str>) -> Result<&'static str> {
    thread::sleep(Duration::from_millis(60));
    future.await
}

async fn program() -> Result<()> {
    // both times pass while the loop is blocked, so both timers run in one tick
    println!("result first");
    attempt(0.01, 0.03).await?;
    println!("deadline first");
    attempt(0.03, 0.01).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
