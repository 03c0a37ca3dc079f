//! TG-01: create_task() on a group that is finished or shutting down is refused.

use asyncio::{Result, Task, TaskGroup, ValueError};

use crate::py;

async fn work() -> Result<()> {
    println!("never printed");
    Ok(())
}

async fn fail() -> Result<()> {
    Err(ValueError::with_message("child").into())
}

fn show_refusal(task: &Task<()>) -> Result<()> {
    println!("{}", py::error(task.exception()?.as_ref()));
    Ok(())
}

async fn program() -> Result<()> {
    let group = TaskGroup::new();
    group.enter(async |_| Ok(())).await?;
    show_refusal(&group.create_task(work()))?;

    let ended = TaskGroup::run(async |group| {
        group.create_task(fail());
        let slept = asyncio::sleep(1).await;
        if slept.is_err() {
            show_refusal(&group.create_task(work()))?;
        }
        slept
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
