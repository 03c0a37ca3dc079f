//! COMB-11: a deadline in the past is delivered at the first suspension.

use asyncio::Result;
use asyncio::prelude::*;

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    for when in [event_loop.time(), event_loop.time() - 10.0, 0.0] {
        let ended = asyncio::timeout_at(when, async |scope| {
            println!("before, expired {}", scope.expired());
            asyncio::sleep(0).await?;
            println!("not reached");
            Ok(())
        });
        if let Err(e) = ended.await {
            println!("{}", py::error(&e));
        }
    }

    let ended = asyncio::timeout(-1, async |_| asyncio::sleep(10).await);
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
    }

    let log = py::Lines::default();
    event_loop.call_soon(log.appender("queued before"));
    let ended = asyncio::timeout(0, async |_| {
        event_loop.call_soon(log.appender("queued after"));
        event_loop.create_future::<()>().await
    });
    if ended.await.is_err() {
        log.append("timeout");
    }
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
