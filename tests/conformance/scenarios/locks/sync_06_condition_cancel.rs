//! SYNC-06: wait takes the lock again even if it is cancelled again and again, and raises the last request.

use std::rc::Rc;

use asyncio::{Condition, Result};

use crate::py;

async fn waiter(condition: Rc<Condition>) -> Result<()> {
    let mut guard = condition.lock().await?;
    match guard.wait().await {
        Ok(()) => println!("notified"),
        Err(e) => {
            println!("cancelled {} locked {}", py::text(&e), condition.locked());
            println!("cancelling {}", py::current_task()?.cancelling());
        }
    }
    Ok(())
}

async fn pass(n: usize) -> Result<()> {
    for _ in 0..n {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    let condition = Rc::new(Condition::new());
    let task = asyncio::create_task(waiter(condition.clone()));
    pass(1).await?;
    condition.acquire().await?;
    for message in ["one", "two", "three"] {
        task.cancel_with(message);
        pass(2).await?;
        println!("done {}", task.done());
    }
    condition.release()?;
    task.await?;
    println!("locked {}", condition.locked());

    println!("notified, then cancelled while it waits for the lock");
    let task = asyncio::create_task(waiter(condition.clone()));
    pass(1).await?;
    {
        let _guard = condition.lock().await?;
        condition.notify(1)?;
        pass(2).await?;
        task.cancel_with("late");
    }
    task.await?;

    println!("cancelled when the lock was handed to it");
    let task = asyncio::create_task(waiter(condition.clone()));
    pass(1).await?;
    {
        let _guard = condition.lock().await?;
        condition.notify(1)?;
        pass(2).await?;
    }
    task.cancel_with("too late");
    task.await?;
    println!("locked {}", condition.locked());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
