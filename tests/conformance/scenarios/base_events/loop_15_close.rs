//! LOOP-15: close() fails while running, is idempotent and clears the queues.

use asyncio::prelude::*;
use asyncio::{EventLoop, Result};

use crate::py;

fn attempt(name: &str, outcome: Result<()>) {
    match outcome {
        Err(e) => println!("{name} {}", py::err(&e)),
        Ok(()) => println!("{name} works"),
    }
}

/// What does not return its errors panics with them.
fn attempt_infallible<R>(name: &str, function: impl FnOnce() -> R) {
    attempt(name, py::attempt(function).map(drop));
}

fn while_running(event_loop: &EventLoop) {
    attempt(
        "close while running",
        event_loop.close().map_err(Into::into),
    );
    event_loop.stop();
}

fn noop() {}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || while_running(&event_loop)
    });
    event_loop.run_forever()?;
    println!("closed {}", event_loop.is_closed());

    event_loop.call_soon(|| println!("never"));
    event_loop.call_later(0, || println!("never"));
    let future = event_loop.create_future();
    event_loop.close()?;
    println!("closed {}", event_loop.is_closed());
    attempt("close again", event_loop.close().map_err(Into::into));
    attempt_infallible("call_soon", || event_loop.call_soon(noop));
    attempt_infallible("call_later", || event_loop.call_later(0, noop));
    attempt_infallible("call_at", || event_loop.call_at(0.0, noop));
    let threadsafe = event_loop.call_soon_threadsafe(noop);
    attempt(
        "call_soon_threadsafe",
        threadsafe.map(drop).map_err(Into::into),
    );
    attempt("run_forever", event_loop.run_forever());
    attempt("run_until_complete", event_loop.run_until_complete(future));
    attempt_infallible("stop", || event_loop.stop());
    attempt_infallible("create_future", || event_loop.create_future::<()>());
    Ok(())
}
