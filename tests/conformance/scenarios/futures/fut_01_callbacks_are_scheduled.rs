//! FUT-01: done callbacks are never called inline but scheduled, in order of registration.

use asyncio::Future;
use asyncio::prelude::*;

type Text = Future<&'static str>;

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    future.add_done_callback(|f: &Text| f.result().map(|value| println!("first {value}")));
    future.add_done_callback(|f: &Text| f.result().map(|value| println!("second {value}")));
    event_loop.call_soon(|| println!("scheduled before the result"));
    println!("set_result");
    future.set_result("value")?;
    println!("set_result returned");
    event_loop.call_soon(|| println!("scheduled after the result"));
    asyncio::sleep(0).await?;
    println!("main goes on");
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
