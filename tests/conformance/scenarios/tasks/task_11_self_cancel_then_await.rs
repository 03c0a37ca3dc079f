//! TASK-11: a task that cancelled itself sees it at the next await that suspends.

use asyncio::Result;
use asyncio::prelude::*;

use crate::py;

async fn nothing() -> Result<&'static str> {
    Ok("coroutine")
}

async fn body() -> Result<&'static str> {
    let done = asyncio::get_running_loop()?.create_future();
    done.set_result("done future")?;
    py::current_task()?.cancel_with("by itself");
    println!("no suspension: {}", done.await?);
    println!("no suspension: {}", nothing().await?);
    match asyncio::sleep(0).await {
        Ok(()) => println!("never"),
        Err(e) => println!("the bare yield raises {}", py::err(&e)),
    }

    py::current_task()?.cancel_with("once more");
    let pending = asyncio::get_running_loop()?.create_future::<()>();
    if let Err(e) = (&pending).await {
        println!("the pending future raises {}", py::err(&e));
    }
    println!("pending is cancelled {}", pending.cancelled());
    Ok("value")
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    println!("result {} cancelling {}", (&task).await?, task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
