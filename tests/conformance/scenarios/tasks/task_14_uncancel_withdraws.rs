//! TASK-14: reaching 0 withdraws a request that was not delivered yet; before that it stands.

use asyncio::Result;

use crate::py;

async fn withdrawn() -> Result<&'static str> {
    let task = py::current_task()?;
    task.cancel();
    println!("left {}", task.uncancel());
    asyncio::sleep(0).await?;
    println!("not cancelled");
    task.cancel();
    task.uncancel();
    Ok("value")
}

async fn one_left() -> Result<()> {
    let task = py::current_task()?;
    task.cancel();
    task.cancel();
    println!("left {}", task.uncancel());
    let slept = asyncio::sleep(0).await;
    if slept.is_err() {
        println!("cancelled");
    }
    slept
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(withdrawn());
    println!("result {} cancelled {}", (&task).await?, task.cancelled());

    let task = asyncio::create_task(one_left());
    if (&task).await.is_err() {
        println!(
            "cancelled {} cancelling {}",
            task.cancelled(),
            task.cancelling()
        );
    }

    let task = asyncio::create_task(withdrawn());
    task.cancel();
    println!("before the first step, left {}", task.uncancel());
    println!("result {}", task.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
