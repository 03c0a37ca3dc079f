//! TASK-29: while the loop is not running, the first step of an eager task is scheduled.

use asyncio::prelude::*;
use asyncio::{EventLoop, Result, Task, TaskBuilder};

async fn body(name: &'static str) -> Result<&'static str> {
    println!("begin {name}");
    Ok(name)
}

fn eager(event_loop: &EventLoop) -> TaskBuilder {
    TaskBuilder::new().event_loop(event_loop).eager_start(true)
}

async fn inside(other: EventLoop) -> Result<Task<&'static str>> {
    let task = eager(&other).create(body("for the other loop"));
    println!("inside of another loop's run, done: {}", task.done());
    Ok(task)
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let task = eager(&event_loop).create(body("first"));
    println!("before the run, done: {}", task.done());
    println!("{}", event_loop.run_until_complete(task)?);
    event_loop.set_task_factory(asyncio::eager_task_factory);
    println!("{}", event_loop.run_until_complete(body("second"))?);
    let task = asyncio::run(inside(event_loop.clone()))?;
    println!("{}", event_loop.run_until_complete(task)?);
    event_loop.close()?;
    Ok(())
}
