//! TASK-31: a suspended task shows the frame of its coroutine; a task that finished eagerly has no coroutine.

use asyncio::prelude::*;
use asyncio::{Frame, Result, Task, TaskBuilder, ValueError};

/// The function's own name.
fn name(frame: &Frame) -> Option<String> {
    let path = frame.function()?;
    Some(path.rsplit("::").next().unwrap().to_owned())
}

/// Rust's stack has the innermost await as well, which is no function.
fn functions(task: &Task<u32>) -> String {
    let stack = task.get_stack();
    let names = stack.frames().iter().filter_map(name);
    let names: Vec<_> = names.map(|name| format!("'{name}'")).collect();
    format!("[{}]", names.join(", "))
}

fn coro(task: &Task<u32>) -> String {
    let coro = task.get_coro().and_then(|frame| name(&frame));
    coro.unwrap_or("None".to_owned())
}

fn printed(task: &Task<u32>) -> (String, String) {
    let text = task.get_stack().to_string();
    let start = |line: &str| line.split(" <").next().unwrap().to_owned();
    let (first, last) = (text.lines().next(), text.lines().last());
    (start(first.unwrap()), start(last.unwrap()))
}

async fn inner() -> Result<u32> {
    asyncio::sleep(1000).await?;
    Ok(0)
}

async fn outer() -> Result<u32> {
    inner().await
}

async fn quick() -> Result<u32> {
    Ok(1)
}

async fn fails() -> Result<u32> {
    Err(ValueError::with_message("of the coroutine").into())
}

fn show(what: &str, task: &Task<u32>) {
    println!(
        "{what} {} {} {}",
        functions(task),
        coro(task),
        printed(task).0
    );
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(outer());
    show("not begun", &task);
    asyncio::sleep(0).await?;
    show("suspended", &task);
    let limited = |limit| task.get_stack().limit(limit).frames().len();
    println!("with a limit {} {}", limited(1), limited(0));
    task.cancel();
    asyncio::wait([&task]).await?;
    show("cancelled", &task);
    let task = asyncio::create_task(quick());
    (&task).await?;
    show("finished", &task);
    let task = asyncio::create_task(fails());
    asyncio::wait([&task]).await?;
    show("failed", &task);
    println!("{}", printed(&task).1);
    task.exception()?;
    let eager = || TaskBuilder::new().eager_start(true);
    let task = eager().create(quick());
    show("finished eagerly", &task);
    let task = eager().create(fails());
    show("failed eagerly", &task);
    task.exception()?;
    let task = eager().create(outer());
    show("suspended eagerly", &task);
    let factory = asyncio::create_eager_task_factory(|_, spec| spec.create());
    asyncio::get_running_loop()?.set_task_factory(factory);
    let task = asyncio::create_task(outer());
    show("of a factory", &task);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
