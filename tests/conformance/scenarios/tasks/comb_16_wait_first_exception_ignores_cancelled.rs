//! COMB-16: FIRST_EXCEPTION ignores cancelled futures.

use asyncio::prelude::*;
use asyncio::{Future, Result, ValueError};

use crate::py;

type Futures = Vec<Future<()>>;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let cancelled = event_loop.create_future();
    let failing = event_loop.create_future();
    let never = event_loop.create_future();
    let futures = vec![cancelled.clone(), failing.clone(), never.clone()];
    let waiting = asyncio::create_task(wait_first(futures));
    asyncio::sleep(0).await?;
    cancelled.cancel();
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("after cancel, wait done {}", waiting.done());
    failing.set_exception(ValueError::with_message("x"))?;
    let (done, pending) = waiting.await?;
    println!("done {} pending {}", done.len(), pending.len());
    let both = done.contains(&cancelled) && done.contains(&failing);
    println!("both done {both}");
    println!("error: {}", py::error(failing.exception()?.as_ref()));

    let (first, second) = (event_loop.create_future(), event_loop.create_future());
    first.cancel();
    event_loop.call_soon({
        let second = second.clone();
        move || second.cancel()
    });
    let (done, pending) = wait_first(vec![first, second]).await?;
    println!(
        "all cancelled: done {} pending {}",
        done.len(),
        pending.len()
    );
    Ok(())
}

async fn wait_first(futures: Futures) -> Result<(Futures, Futures)> {
    let waiting = asyncio::wait(futures).return_when(asyncio::FIRST_EXCEPTION);
    waiting.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
