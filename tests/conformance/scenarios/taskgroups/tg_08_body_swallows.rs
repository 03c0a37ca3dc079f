//! TG-08: a body that swallows the group's cancel goes on, the errors are raised at the end.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py;

async fn fail() -> Result<()> {
    Err(ValueError::with_message("child").into())
}

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail());
        if asyncio::sleep(1).await.is_err() {
            println!("swallowed, cancelling {}", task.cancelling());
        }
        asyncio::sleep(0).await?;
        println!("body goes on, cancelling {}", task.cancelling());
        Ok(())
    });
    if let Err(e) = ended.await {
        println!("{} - {}", py::error(&e), py::error(&py::members(&e)[0]));
    }
    println!("cancelling {}", task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
