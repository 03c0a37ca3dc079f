//! TASK-23: a context that is given to a task is shared with its owner, not copied.

use asyncio::{ContextVar, Result, TaskBuilder};

static VAR: ContextVar<&str> = ContextVar::new("var");

async fn body(name: &'static str) -> Result<()> {
    println!("{name} sees {}", VAR.get().unwrap_or("nothing"));
    VAR.set(name);
    Ok(())
}

async fn program() -> Result<()> {
    VAR.set("main");
    let context = asyncio::copy_context();
    context.run(|| VAR.set("owner"))?;
    let first = TaskBuilder::new().context(&context).create(body("first"));
    (&first).await?;
    println!(
        "the context holds {}",
        context.get(&VAR).unwrap_or("nothing")
    );
    TaskBuilder::new()
        .context(&context)
        .create(body("second"))
        .await?;
    println!(
        "the context holds {}",
        context.get(&VAR).unwrap_or("nothing")
    );
    println!("main sees {}", VAR.get().unwrap_or("nothing"));
    println!(
        "get_context is the given one {}",
        first.get_context() == context
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
