//! RUN-05: the second Ctrl-C is a KeyboardInterrupt at once; main is cancelled by the shutdown.

use asyncio::{KeyboardInterrupt, Result};

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.call_soon(py::interrupt);
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => println!("first: main swallows the cancellation"),
        other => other?,
    }
    event_loop.call_soon(py::interrupt);
    let slept = asyncio::sleep(10).await;
    if slept.is_err() {
        let cancelling = py::current_task()?.cancelling();
        println!("second: main is cancelled, cancelling {cancelling}");
    }
    slept
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    Ok(())
}
