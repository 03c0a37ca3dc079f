//! TASK-19: KeyboardInterrupt in a task is kept by the task and leaves run_forever at once.

use asyncio::prelude::*;
use asyncio::{KeyboardInterrupt, Result, Task};

use crate::py;

async fn interrupted() -> Result<()> {
    println!("interrupted");
    Err(KeyboardInterrupt::with_message("stop").into())
}

async fn waits(task: Task<()>) -> Result<()> {
    println!("waits");
    match task.await {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("the awaiter gets {}", py::err(&e)),
        other => other?,
    }
    Ok(())
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let task = event_loop.create_task(interrupted());
    let waiter = event_loop.create_task(waits(task.clone()));
    event_loop.call_soon(|| println!("behind"));
    match event_loop.run_until_complete(waiter.clone()) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("run raises {}", py::err(&e)),
        other => other?,
    }
    let exception = task.exception()?.as_ref().map_or_else(String::new, py::err);
    println!("done {} exception {exception}", task.done());
    println!("waiter done {}", waiter.done());
    event_loop.run_until_complete(waiter.clone())?;
    println!("waiter done {}", waiter.done());
    event_loop.close()?;
    Ok(())
}
