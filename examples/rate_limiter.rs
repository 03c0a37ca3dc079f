//! At most three requests at once, and at most five in a second.
//!
//!     cargo run --release --example rate_limiter
//!
//! A semaphore limits how many run. Another one is a bucket of tokens that a task fills up again. Time is virtual here: the
//! program takes no time at all.

use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{BoundedSemaphore, Result, Semaphore, VirtualClock};

struct Limits {
    at_once: Semaphore,
    per_second: BoundedSemaphore,
}

fn main() -> Result<()> {
    let builder = asyncio::EventLoop::builder().clock(VirtualClock::new(0.0));
    let event_loop = builder.build()?;
    event_loop.run_until_complete(program())?;
    Ok(event_loop.close()?)
}

async fn program() -> Result<()> {
    let limits = Rc::new(Limits {
        at_once: Semaphore::new(3),
        per_second: BoundedSemaphore::new(5),
    });
    let refill = asyncio::create_task(refill(limits.clone()));
    let requests = (1..=12).map(|n| request(n, limits.clone()));
    asyncio::gather(requests).await?;
    refill.cancel();
    Ok(())
}

/// A new token every fifth of a second. The bucket holds five: `release` refuses one more.
async fn refill(limits: Rc<Limits>) -> Result<()> {
    loop {
        asyncio::sleep(0.2).await?;
        let _full = limits.per_second.release();
    }
}

async fn request(n: u32, limits: Rc<Limits>) -> Result<()> {
    limits.per_second.acquire().await?; // The token is used up.
    let _permit = limits.at_once.permit().await?; // This one comes back at the end.
    let event_loop = asyncio::get_running_loop()?;
    println!("{:3.1} s: request {n} begins", event_loop.time());
    asyncio::sleep(0.1).await?;
    Ok(())
}
