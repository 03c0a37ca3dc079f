//! RUN-09: closing the loop removes its handlers; a call that was scheduled does not happen any more.

use asyncio::Result;
use asyncio::prelude::*;
use asyncio::signal::{SIGWINCH, raise_signal};

struct Callback(&'static str);

impl Callback {
    fn call(&self) {
        println!("{} called", self.0);
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        println!("{} dropped", self.0);
    }
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let callback = Callback("first");
    // By default nothing comes of this one.
    event_loop.add_signal_handler(SIGWINCH, move || callback.call())?;
    raise_signal(SIGWINCH)?;
    event_loop.close()?;
    println!("closed");
    raise_signal(SIGWINCH)?;
    let removed = event_loop.remove_signal_handler(SIGWINCH)?;
    println!("removed: {}", if removed { "True" } else { "False" });

    let event_loop = asyncio::new_event_loop()?;
    let callback = Callback("second");
    event_loop.add_signal_handler(SIGWINCH, move || callback.call())?;
    raise_signal(SIGWINCH)?;
    event_loop.run_until_complete(async { asyncio::sleep(0.001).await })?;
    event_loop.close()?;
    println!("closed");
    Ok(())
}
