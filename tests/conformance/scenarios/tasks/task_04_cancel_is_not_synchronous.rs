//! TASK-04: cancel() returns at once; CancelledError is raised when the task is next stepped.

use asyncio::Result;

async fn body() -> Result<()> {
    println!("body waits");
    let slept = asyncio::sleep(10).await;
    if slept.as_ref().is_err_and(asyncio::Error::is_cancelled) {
        println!("body sees the cancellation");
    }
    slept
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let task = asyncio::create_task(body());
    asyncio::sleep(0).await?;
    event_loop.call_soon(|| println!("queued before cancel"));
    println!("cancel");
    task.cancel();
    println!("cancel returned");
    event_loop.call_soon(|| println!("queued after cancel"));
    asyncio::sleep(0).await?;
    println!("one pass later");
    match task.await {
        Err(e) if e.is_cancelled() => println!("main sees it too"),
        other => other?,
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
