//! SYNC-03: releasing a free lock is an error; anyone may release, nobody may acquire twice.

use std::rc::Rc;

use asyncio::{Lock, Result, TimeoutError};

fn release(lock: &Lock) {
    match lock.release() {
        Ok(()) => println!("released"),
        Err(e) => println!("RuntimeError {e}"),
    }
}

async fn waiter(lock: Rc<Lock>) -> Result<()> {
    lock.acquire().await?;
    println!("waiter has it");
    Ok(())
}

async fn program() -> Result<()> {
    let lock = Rc::new(Lock::new());
    release(&lock);
    lock.acquire().await?;
    let again = lock.clone();
    match asyncio::wait_for(async move { Ok(again.acquire().await?) }, 0.001).await {
        Err(e) if e.is::<TimeoutError>() => println!("not re-entrant"),
        other => other?,
    }
    asyncio::get_running_loop()?.call_soon({
        let lock = lock.clone();
        move || release(&lock)
    });
    lock.acquire().await?;
    println!("somebody else released it");
    let task = asyncio::create_task(waiter(lock.clone()));
    asyncio::sleep(0).await?;
    release(&lock);
    release(&lock);
    task.await?;
    release(&lock);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
