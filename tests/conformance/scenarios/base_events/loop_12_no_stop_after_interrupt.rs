//! LOOP-12: a future that ended in KeyboardInterrupt leaves no stop() behind for the next run.

use asyncio::KeyboardInterrupt;
use asyncio::prelude::*;

async fn interrupted() -> asyncio::Result<()> {
    Err(KeyboardInterrupt::new().into())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    match event_loop.run_until_complete(interrupted()) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    event_loop.call_soon(|| println!("callback of the second run"));
    event_loop.call_later(0.01, {
        let event_loop = event_loop.clone();
        move || {
            println!("timer of the second run");
            event_loop.stop();
        }
    });
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
