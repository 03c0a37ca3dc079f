//! LOOP-14: a running loop cannot be run again, and no other loop can run in its thread.

use asyncio::EventLoop;
use asyncio::prelude::*;

use crate::py;

fn show(name: &str, outcome: asyncio::Result<()>) {
    if let Err(e) = outcome {
        println!("{name} {}", py::err(&e));
    }
}

fn callback(event_loop: &EventLoop, other: &EventLoop) -> asyncio::Result<()> {
    show("run_forever", event_loop.run_forever());
    let future = event_loop.create_future();
    show("run_until_complete", event_loop.run_until_complete(future));
    show("other run_forever", other.run_forever());
    let future = other.create_future();
    show("other run_until_complete", other.run_until_complete(future));
    let running = asyncio::get_running_loop()? == *event_loop;
    println!("still the running loop {running}");
    println!("running {} {}", event_loop.is_running(), other.is_running());
    event_loop.stop();
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let other = asyncio::new_event_loop()?;
    event_loop.call_soon({
        let (event_loop, other) = (event_loop.clone(), other.clone());
        move || callback(&event_loop, &other)
    });
    event_loop.run_forever()?;
    other.call_soon(py::stop(&other));
    other.run_forever()?;
    println!("the other loop runs afterwards");
    other.close()?;
    event_loop.close()?;
    Ok(())
}
