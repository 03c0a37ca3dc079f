//! COMB-12: reschedule() moves the deadline, when() tells it, both only while the timeout is active.

use asyncio::{Result, RuntimeError, Timeout};

use crate::py;

fn when(scope: &Timeout) -> Result<f64> {
    let when = scope.when();
    when.ok_or_else(|| RuntimeError::with_message("there is no deadline").into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let scope = Timeout::after(0.02);
    let ended = scope.enter(async |scope| {
        let start = when(scope)?;
        scope.reschedule(start + 10.0)?;
        let moved = when(scope)? - start;
        println!("moved by 10 {}", (moved - 10.0).abs() < 1e-6);
        asyncio::sleep(0.04).await?;
        println!("still running, expired {}", scope.expired());
        Ok(())
    });
    ended.await?;
    if let Err(e) = scope.reschedule(event_loop.time()) {
        println!("{}", py::error(&e));
    }

    let scope = Timeout::after(10);
    let ended = scope.enter(async |scope| {
        scope.reschedule(event_loop.time() + 0.01)?;
        asyncio::sleep(1).await
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
    }
    if let Err(e) = scope.reschedule(None) {
        println!("{}", py::error(&e));
    }

    let ended = asyncio::timeout(10, async |scope| {
        scope.reschedule(event_loop.time() - 1.0)?;
        let slept = asyncio::sleep(1).await;
        if let Err(e) = scope.reschedule(event_loop.time() + 1.0) {
            println!("{}", py::error(&e));
        }
        slept
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
