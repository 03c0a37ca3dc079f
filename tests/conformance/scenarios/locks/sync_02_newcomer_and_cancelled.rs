//! SYNC-02: a newcomer takes the lock at once if all who wait are cancelled, and only then.

use std::rc::Rc;

use asyncio::{Lock, Result};

async fn waiter(lock: Rc<Lock>, name: &'static str) -> Result<()> {
    match lock.lock().await {
        Ok(_guard) => println!("{name} has it"),
        Err(_) => println!("{name} cancelled, locked {}", lock.locked()),
    }
    Ok(())
}

async fn round(name: &str, n_cancelled: usize) -> Result<()> {
    println!("{name}");
    let lock = Rc::new(Lock::new());
    lock.acquire().await?;
    let tasks = ["first", "second"].map(|n| asyncio::create_task(waiter(lock.clone(), n)));
    asyncio::sleep(0).await?;
    for task in &tasks[..n_cancelled] {
        task.cancel();
    }
    lock.release()?;
    println!("locked {}", lock.locked());
    lock.acquire().await?;
    println!("newcomer has it");
    asyncio::sleep(0).await?;
    lock.release()?;
    asyncio::gather(tasks).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        round("both cancelled", 2).await?;
        round("one cancelled", 1).await?;
        round("none cancelled", 0).await
    })
}
