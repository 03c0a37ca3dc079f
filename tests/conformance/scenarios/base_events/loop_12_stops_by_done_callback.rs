//! LOOP-12: run_until_complete() stops by a done callback: the iteration it runs in finishes.

use asyncio::prelude::*;
use asyncio::{EventLoop, Future};

fn resolve(event_loop: &EventLoop, future: &Future<&'static str>) -> asyncio::Result<()> {
    println!("resolve");
    future.set_result("value")?;
    let next = event_loop.clone();
    event_loop.call_soon(move || in_stopping_iteration(&next));
    Ok(())
}

fn in_stopping_iteration(event_loop: &EventLoop) {
    println!("in the stopping iteration");
    event_loop.call_soon(|| println!("in the next run"));
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let future = event_loop.create_future();
    event_loop.call_soon({
        let (event_loop, future) = (event_loop.clone(), future.clone());
        move || resolve(&event_loop, &future)
    });
    println!("result {}", event_loop.run_until_complete(future)?);
    println!("a done future still takes one iteration");
    let future = event_loop.create_future();
    future.set_result("value")?;
    println!("result {}", event_loop.run_until_complete(future)?);
    event_loop.close()?;
    Ok(())
}
