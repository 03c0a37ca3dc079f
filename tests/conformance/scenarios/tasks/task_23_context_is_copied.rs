//! TASK-23: a task runs in a copy of its creator's context, taken when it was created.

use asyncio::{ContextVar, Result};

static VAR: ContextVar<&str> = ContextVar::new("var");

async fn body(name: &'static str) -> Result<()> {
    println!("{name} sees {}", VAR.get().unwrap_or("nothing"));
    VAR.set(name);
    asyncio::sleep(0).await?;
    println!("{name} still sees {}", VAR.get().unwrap_or("nothing"));
    Ok(())
}

async fn program() -> Result<()> {
    VAR.set("main, early");
    let first = asyncio::create_task(body("first"));
    let second = asyncio::create_task(body("second"));
    VAR.set("main, late");
    (&first).await?;
    (&second).await?;
    println!("main sees {}", VAR.get().unwrap_or("nothing"));
    let holds = first.get_context().get(&VAR).unwrap_or("nothing");
    println!("the first one's context holds {holds}");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
