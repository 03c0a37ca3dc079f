//! LOOP-12: run_until_complete() fails when the loop is stopped before the future is done.

use asyncio::RuntimeError;
use asyncio::prelude::*;

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let future = event_loop.create_future::<i32>();
    event_loop.call_soon(py::stop(&event_loop));
    match event_loop.run_until_complete(future.clone()) {
        Err(e) if e.is::<RuntimeError>() => println!("caught {}", py::err(&e)),
        other => println!("never {}", other?),
    }

    event_loop.call_soon({
        let future = future.clone();
        move || future.set_result(5)
    });
    println!("second run {}", event_loop.run_until_complete(future)?);
    event_loop.close()?;
    Ok(())
}
