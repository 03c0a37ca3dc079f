//! FUT-01: a callback added to a done future is scheduled at once, not called.

use asyncio::prelude::*;

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    future.set_result("value")?;
    event_loop.call_soon(|| println!("before"));
    future.add_done_callback(|f| f.result().map(|value| println!("callback {value}")));
    event_loop.call_soon(|| println!("behind"));
    println!("added");
    asyncio::sleep(0).await?;

    let cancelled = event_loop.create_future::<()>();
    cancelled.cancel();
    cancelled.add_done_callback(|_| println!("callback of a cancelled one"));
    println!("added");
    asyncio::sleep(0).await
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
