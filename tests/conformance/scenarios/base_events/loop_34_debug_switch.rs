//! LOOP-34: debug mode is off by default, can be set on the loop, and by run() and Runner.

use asyncio::prelude::*;
use asyncio::{Result, Runner};

async fn debug() -> Result<bool> {
    Ok(asyncio::get_running_loop()?.get_debug())
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    println!("new loop {}", event_loop.get_debug());
    event_loop.set_debug(true);
    println!("set {}", event_loop.get_debug());
    println!("seen by a task {}", event_loop.run_until_complete(debug())?);
    event_loop.set_debug(false);
    println!("unset {}", event_loop.get_debug());
    event_loop.close()?;

    println!("run {}", asyncio::run(debug())?);
    let with_debug = || Runner::builder().debug(true).build();
    println!("run with debug {}", with_debug().run(debug())?);
    let runner = with_debug();
    println!("Runner with debug {}", runner.run(debug())?);
    runner.close()
}
