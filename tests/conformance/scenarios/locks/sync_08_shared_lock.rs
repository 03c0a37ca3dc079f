//! SYNC-08: several conditions may share a lock.

use std::rc::Rc;

use asyncio::{Condition, Lock, Result};

async fn waiter(condition: Rc<Condition<Rc<Lock>>>, name: &'static str) -> Result<()> {
    let mut guard = condition.lock().await?;
    guard.wait().await?;
    println!("{name}");
    Ok(())
}

async fn program() -> Result<()> {
    let lock = Rc::new(Lock::new());
    let full = Rc::new(Condition::with_lock(lock.clone()));
    let empty = Rc::new(Condition::with_lock(lock.clone()));
    let full_waiter = asyncio::create_task(waiter(full.clone(), "full"));
    let empty_waiter = asyncio::create_task(waiter(empty.clone(), "empty"));
    asyncio::sleep(0).await?;
    {
        let _guard = lock.lock().await?;
        println!("locked {} {}", full.locked(), empty.locked());
        empty.notify(1)?;
    }
    empty_waiter.await?;
    {
        let _guard = full.lock().await?;
        println!("locked {} {}", lock.locked(), empty.locked());
        full.notify(1)?;
    }
    full_waiter.await?;
    empty.acquire().await?;
    full.release()?;
    println!("locked {}", lock.locked());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
