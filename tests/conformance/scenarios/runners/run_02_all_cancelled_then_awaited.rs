//! RUN-02: every task is told to cancel before any of them runs, and all are waited for.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{Result, Task};

type Tasks = Rc<RefCell<Vec<Task<()>>>>;

fn join(tasks: &Tasks, show: impl Fn(&Task<()>) -> String) -> String {
    tasks
        .borrow()
        .iter()
        .map(show)
        .collect::<Vec<_>>()
        .join(" ")
}

async fn polite(tasks: Tasks) -> Result<()> {
    let slept = asyncio::sleep(10).await;
    if slept.is_err() {
        let counts = join(&tasks, |task| task.cancelling().to_string());
        println!("cancelling of all {counts}");
    }
    slept
}

async fn stubborn() -> Result<()> {
    if asyncio::sleep(10).await.is_err() {
        asyncio::sleep(0.01).await?;
    }
    println!("the stubborn one ends in its own time");
    Ok(())
}

async fn program(tasks: Tasks) -> Result<()> {
    let started = [
        asyncio::create_task(polite(tasks.clone())),
        asyncio::create_task(polite(tasks.clone())),
        asyncio::create_task(stubborn()),
    ];
    tasks.borrow_mut().extend(started);
    asyncio::sleep(0).await?;
    asyncio::get_running_loop()?.call_soon(|| println!("a callback still runs"));
    println!("main ends");
    Ok(())
}

pub fn main() -> Result<()> {
    let tasks = Tasks::default();
    asyncio::run(program(tasks.clone()))?;
    println!(
        "cancelled {}",
        join(&tasks, |task| task.cancelled().to_string())
    );
    Ok(())
}
