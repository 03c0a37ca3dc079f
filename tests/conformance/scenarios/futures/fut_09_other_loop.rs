//! FUT-09: awaiting a future of another loop raises in the coroutine that awaits it.

use asyncio::prelude::*;
use asyncio::{Error, EventLoop, Result, RuntimeError, Task};

fn show(e: &Error) {
    if let Some(error) = e.downcast_ref::<RuntimeError>() {
        let text = error.message();
        let from = text.find("attached").unwrap_or_default();
        println!("caught {} {}", e.type_name(), &text[from..]);
    }
}

async fn program(other: EventLoop) -> Result<Task<()>> {
    let future = other.create_future();
    if let Err(e) = (&future).await {
        show(&e);
    }
    println!("future done {}", future.done());

    let task = other.create_task(asyncio::sleep(0));
    if let Err(e) = (&task).await {
        show(&e);
    }

    future.set_result("done elsewhere")?;
    println!("a done one may be awaited: {}", (&future).await?);
    println!("main goes on");
    Ok(task)
}

pub fn main() -> Result<()> {
    let other = asyncio::new_event_loop()?;
    let task = asyncio::run(program(other.clone()))?;
    other.run_until_complete(task)?;
    other.close()?;
    Ok(())
}
