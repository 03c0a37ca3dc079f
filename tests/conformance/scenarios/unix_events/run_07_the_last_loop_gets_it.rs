//! RUN-07: a signal belongs to the loop that has asked for it last.

use asyncio::prelude::*;
use asyncio::signal::{SIGUSR1, raise_signal};
use asyncio::{EventLoop, Result};

fn run(name: &str, event_loop: &EventLoop) -> Result<()> {
    println!("run {name}");
    event_loop.run_until_complete(async { asyncio::sleep(0.001).await })
}

fn removed(event_loop: &EventLoop) -> Result<()> {
    let removed = event_loop.remove_signal_handler(SIGUSR1)?;
    println!("removed: {}", if removed { "True" } else { "False" });
    Ok(())
}

pub fn main() -> Result<()> {
    let (first, second) = (asyncio::new_event_loop()?, asyncio::new_event_loop()?);
    first.add_signal_handler(SIGUSR1, || println!("first"))?;
    second.add_signal_handler(SIGUSR1, || println!("second"))?;
    raise_signal(SIGUSR1)?;
    run("first", &first)?;
    run("second", &second)?;
    first.add_signal_handler(SIGUSR1, || println!("first again"))?;
    raise_signal(SIGUSR1)?;
    run("first", &first)?;
    run("second", &second)?;
    removed(&first)?;
    removed(&second)?;
    first.close()?;
    Ok(second.close()?)
}
