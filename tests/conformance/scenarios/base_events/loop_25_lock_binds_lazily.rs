//! LOOP-25: a lock binds to a loop when it first has to wait, not before.

use std::rc::Rc;

use asyncio::{Lock, Result};

async fn uncontended(lock: Rc<Lock>) -> Result<()> {
    let _guard = lock.lock().await?;
    println!("locked {}", lock.locked());
    Ok(())
}

async fn contended(lock: Rc<Lock>) -> Result<()> {
    let guard = lock.lock().await?;
    let waiter = asyncio::create_task(uncontended(lock.clone()));
    asyncio::sleep(0).await?;
    drop(guard);
    waiter.await
}

pub fn main() -> Result<()> {
    let lock = Rc::new(Lock::new());
    println!("two loops, nobody waits");
    asyncio::run(uncontended(lock.clone()))?;
    asyncio::run(uncontended(lock.clone()))?;
    println!("a third loop waits");
    asyncio::run(contended(lock.clone()))?;
    println!("a fourth need not wait");
    asyncio::run(uncontended(lock.clone()))?;
    println!("a fifth waits");
    asyncio::run(contended(lock.clone()))?;
    println!("unlocked {}", !lock.locked());
    Ok(())
}
