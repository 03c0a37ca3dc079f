//! SYNC-09: a semaphore serves strictly in order and counts as locked while somebody waits.

use std::rc::Rc;

use asyncio::{Result, Semaphore};

async fn worker(semaphore: Rc<Semaphore>, name: &'static str) -> Result<()> {
    semaphore.acquire().await?;
    println!("{name} has one, locked {}", semaphore.locked());
    Ok(())
}

async fn program() -> Result<()> {
    let semaphore = Rc::new(Semaphore::new(2));
    println!("locked {}", semaphore.locked());
    semaphore.acquire().await?;
    println!("locked {}", semaphore.locked());
    semaphore.acquire().await?;
    println!("locked {}", semaphore.locked());
    let names = ["a", "b", "c", "d"];
    let tasks = names.map(|n| asyncio::create_task(worker(semaphore.clone(), n)));
    asyncio::sleep(0).await?;
    semaphore.release();
    semaphore.release();
    println!("released 2, locked {}", semaphore.locked());
    newcomer(&semaphore).await?;
    asyncio::gather(tasks).await?;
    println!("more units than in the beginning");
    for _ in 0..5 {
        semaphore.release();
    }
    for _ in 0..4 {
        semaphore.acquire().await?;
    }
    println!("locked {}", semaphore.locked());
    Ok(())
}

async fn newcomer(semaphore: &Rc<Semaphore>) -> Result<()> {
    let late = asyncio::create_task(worker(semaphore.clone(), "late"));
    asyncio::sleep(0).await?;
    println!("locked {}", semaphore.locked());
    for _ in 0..3 {
        semaphore.release();
    }
    println!("released 3, locked {}", semaphore.locked());
    let last = asyncio::create_task(worker(semaphore.clone(), "last"));
    semaphore.release();
    asyncio::gather((late, last)).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
