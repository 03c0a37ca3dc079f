//! TASK-15: when the inner task swallows the cancellation the outer one gets its value.

use asyncio::{Result, Task};

async fn stubborn() -> Result<&'static str> {
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => println!("inner swallows"),
        other => other?,
    }
    Ok("inner value")
}

async fn outer(inner: Task<&'static str>) -> Result<&'static str> {
    let value = inner.await?;
    println!("outer got {value}");
    Ok(value)
}

async fn program() -> Result<()> {
    let inner = asyncio::create_task(stubborn());
    let task = asyncio::create_task(outer(inner.clone()));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("cancel {}", task.cancel());
    println!("result {}", (&task).await?);
    println!(
        "outer cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    println!(
        "inner cancelled {} cancelling {}",
        inner.cancelled(),
        inner.cancelling()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
