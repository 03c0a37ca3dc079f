//! SYNC-01: a lock passes to its waiters in order, and nobody overtakes.

use std::rc::Rc;

use asyncio::{Lock, Result};

async fn worker(lock: Rc<Lock>, name: &'static str) -> Result<()> {
    lock.acquire().await?;
    println!("{name} has it");
    asyncio::sleep(0).await?;
    println!("{name} releases");
    lock.release()?;
    Ok(())
}

async fn again(lock: Rc<Lock>) -> Result<()> {
    for turn in 0..3 {
        let _guard = lock.lock().await?;
        println!("again {turn}");
    }
    Ok(())
}

async fn program() -> Result<()> {
    let lock = Rc::new(Lock::new());
    lock.acquire().await?;
    let tasks = ["a", "b", "c"].map(|name| asyncio::create_task(worker(lock.clone(), name)));
    asyncio::sleep(0).await?;
    lock.release()?;
    println!("released: locked {}", lock.locked());
    let newcomer = asyncio::create_task(worker(lock.clone(), "newcomer"));
    lock.acquire().await?;
    println!("main has it");
    lock.release()?;
    asyncio::gather(tasks.into_iter().chain([newcomer])).await?;
    println!("locked {}", lock.locked());
    let (first, second) = (again(lock.clone()), again(lock.clone()));
    asyncio::gather((first, second, worker(lock.clone(), "d"))).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
