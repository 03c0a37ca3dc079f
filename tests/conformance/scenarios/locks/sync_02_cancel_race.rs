//! SYNC-02: a waiter that is cancelled passes the lock on, before and after it was woken.

use std::rc::Rc;

use asyncio::{Lock, Result};

async fn waiter(lock: Rc<Lock>, name: &'static str) -> Result<()> {
    match lock.lock().await {
        Ok(_guard) => println!("{name} has it"),
        Err(e) => {
            let msg = e.msg().unwrap_or_default();
            println!("{name} cancelled {msg} locked {}", lock.locked());
        }
    }
    Ok(())
}

async fn other(name: &'static str) -> Result<()> {
    println!("{name}");
    Ok(())
}

async fn race(name: &str, cancel_first: bool) -> Result<()> {
    println!("{name}");
    let lock = Rc::new(Lock::new());
    lock.acquire().await?;
    let first = asyncio::create_task(waiter(lock.clone(), "first"));
    let second = asyncio::create_task(waiter(lock.clone(), "second"));
    let third = asyncio::create_task(waiter(lock.clone(), "third"));
    asyncio::sleep(0).await?;
    if cancel_first {
        first.cancel_with("stop");
        lock.release()?;
    } else {
        lock.release()?;
        first.cancel_with("stop");
    }
    let marker = asyncio::create_task(other("marker"));
    asyncio::gather([first, second, third, marker]).await?;
    println!("locked {}", lock.locked());
    Ok(())
}

async fn middle() -> Result<()> {
    println!("the one in the middle");
    let lock = Rc::new(Lock::new());
    lock.acquire().await?;
    let names = ["first", "second", "third"];
    let mut tasks = Vec::from(names.map(|n| asyncio::create_task(waiter(lock.clone(), n))));
    asyncio::sleep(0).await?;
    tasks[1].cancel_with("go");
    lock.release()?;
    tasks.push(asyncio::create_task(other("marker")));
    asyncio::gather(tasks).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        race("cancel, release", true).await?;
        race("release, cancel", false).await?;
        middle().await
    })
}
