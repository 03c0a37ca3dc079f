//! SYNC-02: a request that is withdrawn before the waiter runs: it depends on who was first.

use std::rc::Rc;

use asyncio::{Lock, Result};

async fn waiter(lock: Rc<Lock>, name: &'static str) -> Result<()> {
    match lock.lock().await {
        Ok(_guard) => println!("{name} has it"),
        Err(_) => println!("{name} cancelled"),
    }
    Ok(())
}

async fn program() -> Result<()> {
    for release_first in [true, false] {
        let lock = Rc::new(Lock::new());
        lock.acquire().await?;
        let task = asyncio::create_task(waiter(lock.clone(), "waiter"));
        asyncio::sleep(0).await?;
        if release_first {
            println!("release, cancel, uncancel");
            lock.release()?;
            task.cancel();
        } else {
            println!("cancel, uncancel, release");
            task.cancel();
        }
        println!("{}", task.uncancel());
        if !release_first {
            lock.release()?;
        }
        task.await?;
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
