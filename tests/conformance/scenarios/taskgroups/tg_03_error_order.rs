//! TG-03: errors in completion order, body last.

use asyncio::{Result, TaskGroup, ValueError};

use crate::py::{self, KeyError};

async fn fail(name: &'static str, steps: usize) -> Result<()> {
    if asyncio::sleep(1).await.is_err() {
        for _ in 0..steps {
            asyncio::sleep(0).await?;
        }
        return Err(ValueError::with_message(name).into());
    }
    Ok(())
}

async fn fail_now() -> Result<()> {
    asyncio::sleep(0).await?;
    Err(ValueError::with_message("trigger").into())
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail("slow", 8));
        group.create_task(fail("quick", 0));
        group.create_task(fail_now());
        group.create_task(fail("medium", 4));
        let slept = asyncio::sleep(1).await;
        slept.map_err(|_| KeyError("body").into())
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
        for sub in py::members(&e) {
            println!("{}", py::error(sub));
        }
        println!("cause {}", py::error(e.cause()));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
