//! TASK-14: uncancel() takes one request back, never below 0, and tells what is left.

use asyncio::Result;

use crate::py;

async fn body() -> Result<&'static str> {
    let task = py::current_task()?;
    println!("uncancel at 0 {}", task.uncancel());
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => println!("cancelling {}", task.cancelling()),
        other => other?,
    }
    println!("uncancel {}", task.uncancel());
    println!("uncancel {}", task.uncancel());
    println!("uncancel {}", task.uncancel());
    asyncio::sleep(0).await?;
    Ok("value")
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    asyncio::sleep(0).await?;
    task.cancel();
    task.cancel();
    println!("result {}", (&task).await?);
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    println!("uncancel when done {}", task.uncancel());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
