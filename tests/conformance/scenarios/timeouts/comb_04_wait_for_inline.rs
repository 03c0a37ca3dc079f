//! COMB-04: wait_for() runs the coroutine in the caller's own task and context.

use asyncio::{ContextVar, Result};

use crate::py;

static VAR: ContextVar<&str> = ContextVar::new("VAR");

async fn inner(log: py::Lines) -> Result<i32> {
    let is_caller = py::current_task()?.get_name() == "caller";
    log.append(format!("inner task is caller {is_caller}"));
    VAR.set("set inside");
    Ok(5)
}

async fn program() -> Result<()> {
    py::current_task()?.set_name("caller");
    let event_loop = asyncio::get_running_loop()?;
    let log = py::Lines::default();
    event_loop.call_soon(log.appender("callback"));
    let result = asyncio::wait_for(inner(log.clone()), 1).await?;
    println!("{result} {}", log.join(", "));
    println!("{}", VAR.get().unwrap_or("unset"));
    println!("{}", asyncio::wait_for(inner(log), None).await?);
    println!("tasks {}", asyncio::all_tasks()?.len());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
