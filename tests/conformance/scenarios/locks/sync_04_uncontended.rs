//! SYNC-04: what is free is taken without suspending, even by a task with a request to cancel.

use asyncio::{Barrier, Condition, Event, Lock, Result, Semaphore};

use crate::py;

async fn other() -> Result<()> {
    println!("other runs");
    Ok(())
}

async fn body() -> Result<()> {
    py::current_task()?.cancel();
    let lock = Lock::new();
    {
        let _guard = lock.lock().await?;
        println!("lock");
    }
    let semaphore = Semaphore::new(1);
    {
        let _permit = semaphore.permit().await?;
        println!("semaphore");
    }
    let event = Event::new();
    event.set();
    event.wait().await?;
    println!("event");
    let condition = Condition::new();
    {
        let mut guard = condition.lock().await?;
        guard.wait_for(|| true).await?;
        println!("condition");
    }
    let barrier = Barrier::new(1)?;
    println!("barrier {}", barrier.wait().await?);
    if asyncio::sleep(0).await.is_err() {
        println!("cancelled");
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        let task = asyncio::create_task(body());
        asyncio::gather((task, other())).await?;
        Ok(())
    })
}
