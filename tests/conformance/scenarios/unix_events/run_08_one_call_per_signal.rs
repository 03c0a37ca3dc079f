//! RUN-08: each signal is one call, however many come before the loop looks.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::Result;
use asyncio::signal::{SIGUSR1, SIGUSR2, raise_signal};

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let calls = Rc::new([Cell::new(0), Cell::new(0)]);
    for (index, signal) in [SIGUSR1, SIGUSR2].into_iter().enumerate() {
        let calls = calls.clone();
        event_loop.add_signal_handler(signal, move || {
            calls[index].set(calls[index].get() + 1);
        })?;
    }
    for _ in 0..100 {
        raise_signal(SIGUSR1)?;
        raise_signal(SIGUSR2)?;
    }
    println!("before: {} {}", calls[0].get(), calls[1].get());
    asyncio::sleep(0.01).await?;
    println!("after: {} {}", calls[0].get(), calls[1].get());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
