//! TASK-25: all_tasks() holds the tasks of the loop that are not done, current one included.

use asyncio::prelude::*;
use asyncio::{AnyTask, EventLoop, Future, Result, TaskBuilder};

use crate::py;

fn show(place: &str, tasks: &[AnyTask]) {
    let mut names: Vec<String> = tasks.iter().map(AnyTask::get_name).collect();
    names.sort();
    println!("{place} {}", names.join(" "));
}

async fn wait(future: Future<()>) -> Result<()> {
    (&future).await
}

async fn nothing() -> Result<()> {
    Ok(())
}

async fn program(other: EventLoop) -> Result<()> {
    py::current_task()?.set_name("main");
    let future = asyncio::get_running_loop()?.create_future();
    let named = |name: &str| TaskBuilder::new().name(name);
    let waiting = named("waiting").create(wait(future.clone()));
    let _short = named("short").create(nothing());
    let cancelled = named("cancelled").create(wait(future.clone()));
    show("not started", &asyncio::all_tasks()?);
    cancelled.cancel();
    show("cancel requested", &asyncio::all_tasks()?);
    asyncio::sleep(0).await?;
    show("one pass later", &asyncio::all_tasks()?);
    println!("of the other loop {}", other.all_tasks().len());
    future.set_result(())?;
    waiting.await?;
    show("at the end", &asyncio::all_tasks()?);
    Ok(())
}

pub fn main() -> Result<()> {
    let other = asyncio::new_event_loop()?;
    asyncio::run(program(other.clone()))?;
    other.close()?;
    if let Err(e) = asyncio::all_tasks() {
        println!("without a loop {}", py::err(&e.into()));
    }
    Ok(())
}
