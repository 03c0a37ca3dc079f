//! TASK-24: awaiting a coroutine shares the context with it, awaiting a task does not.

use asyncio::{ContextVar, Result};

static VAR: ContextVar<&str> = ContextVar::new("var");

async fn change(value: &'static str) -> Result<()> {
    VAR.set(value);
    asyncio::sleep(0).await
}

async fn program() -> Result<()> {
    VAR.set("main");
    change("coroutine").await?;
    println!("after the coroutine {}", VAR.get().unwrap_or("nothing"));
    asyncio::create_task(change("task")).await?;
    println!("after the task {}", VAR.get().unwrap_or("nothing"));
    asyncio::gather([change("gathered")]).await?;
    println!("after gather {}", VAR.get().unwrap_or("nothing"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
