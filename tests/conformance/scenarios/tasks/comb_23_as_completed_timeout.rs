//! COMB-23: as_completed() raises TimeoutError at its deadline and does not cancel the children.

use asyncio::prelude::*;
use asyncio::{FutureLike, Result};

use crate::py;

async fn work(name: &'static str, gate: FutureLike<()>) -> Result<&'static str> {
    gate.await?;
    Ok(name)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (open_gate, gate) = (event_loop.create_future(), event_loop.create_future());
    open_gate.set_result(())?;
    let a = asyncio::create_task(work("a", asyncio::shield(&open_gate)));
    let b = asyncio::create_task(work("b", asyncio::shield(&gate)));
    let c = asyncio::create_task(work("c", asyncio::shield(&gate)));
    for earliest in asyncio::as_completed([&a, &b, &c]).timeout(0.02) {
        match earliest.await {
            Ok(name) => println!("{name}"),
            Err(e) => println!("{}", py::error(&e)),
        }
    }
    println!("children cancelling {} {}", b.cancelling(), c.cancelling());

    let d = asyncio::create_task(work("d", asyncio::shield(&open_gate)));
    let completed = asyncio::as_completed([&d, &b]).timeout(0.02);
    while let Some(earliest) = completed.next().await {
        match earliest {
            Ok(earliest) => println!("{}", earliest.result()?),
            Err(e) => {
                println!("loop left with {}", py::error(&e));
                break;
            }
        }
    }
    gate.set_result(())?;
    println!("{}", asyncio::gather([a, b, c, d]).await?.join(" "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
