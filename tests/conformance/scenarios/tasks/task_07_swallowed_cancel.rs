//! TASK-07: a coroutine may swallow its cancellation; cancelling() stays 1.

use asyncio::Result;

use crate::py;

async fn stubborn() -> Result<&'static str> {
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => println!("swallowed"),
        other => other?,
    }
    let cancelling = py::current_task()?.cancelling();
    println!("cancelling inside {cancelling}");
    asyncio::sleep(0).await?;
    println!("goes on after another await");
    Ok("value")
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(stubborn());
    asyncio::sleep(0).await?;
    task.cancel();
    println!("result {}", (&task).await?);
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
