//! TASK-28: an eager task runs inside of create_task until it first suspends.

use std::pin::Pin;

use asyncio::{AnyTask, ContextVar, Result, TaskBuilder, ValueError};

use crate::py;

static VAR: ContextVar<&str> = ContextVar::new("var");

fn names(tasks: &[AnyTask]) -> String {
    let mut names: Vec<String> = tasks.iter().map(AnyTask::get_name).collect();
    names.sort();
    names.join(" ")
}

fn current() -> Result<String> {
    Ok(py::current_task()?.get_name())
}

async fn quick() -> Result<u32> {
    let (name, all) = (current()?, asyncio::all_tasks()?);
    println!("quick is current {name} and listed with {}", names(&all));
    println!("it sees {}", VAR.get().unwrap_or("unset"));
    VAR.set("quick's");
    Ok(1)
}

async fn slow() -> Result<u32> {
    println!("slow begins in {}", current()?);
    asyncio::sleep(0).await?;
    println!("slow goes on in {}", current()?);
    Ok(2)
}

async fn fails() -> Result<()> {
    Err(ValueError::with_message("at once").into())
}

fn nested(depth: u32) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(async move {
        println!("down {depth} {}", current()?);
        if depth > 0 {
            eager(&format!("n{}", depth - 1)).create(nested(depth - 1));
        }
        println!("up {depth} {}", current()?);
        Ok(())
    })
}

fn eager(name: &str) -> TaskBuilder {
    TaskBuilder::new().name(name).eager_start(true)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    py::current_task()?.set_name("main");
    VAR.set("main's");
    event_loop.call_soon(|| println!("a callback"));
    let task = eager("quick").create(quick());
    let (done, result) = (task.done(), task.result()?);
    println!("done {done} {result} and current is {}", current()?);
    let (seen, own) = (VAR.get().unwrap(), task.get_context().get(&VAR).unwrap());
    println!("main sees {seen} and the task's context has {own}");
    task.add_done_callback(|_| println!("the callback of quick"));
    println!("listed {}", names(&asyncio::all_tasks()?));
    let slower = eager("slow").create(slow());
    let all = asyncio::all_tasks()?;
    println!("slow is done {} listed {}", slower.done(), names(&all));
    let usual = eager("usual").eager_start(false).create(slow());
    println!("nothing of usual");
    println!("results {} {}", slower.await?, usual.await?);
    let failed = TaskBuilder::new().eager_start(true).create(fails());
    let error = failed.exception()?.expect("it has failed");
    println!("failed {} {}('{error}')", failed.done(), error.type_name());
    eager("n3").create(nested(3));
    println!("at the end {}", current()?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
