//! SYNC-07: a notification to a waiter that is cancelled goes to another.

use std::rc::Rc;

use asyncio::{Condition, Result, Task};

async fn wait(condition: &Condition) -> Result<()> {
    let mut guard = condition.lock().await?;
    guard.wait().await
}

async fn waiter(condition: Rc<Condition>, name: &'static str) -> Result<()> {
    match wait(&condition).await {
        Ok(()) => println!("{name} notified"),
        Err(_) => println!("{name} cancelled"),
    }
    Ok(())
}

async fn marker() -> Result<()> {
    println!("marker");
    Ok(())
}

async fn round(title: &str, act: fn(&Condition, &[Task<()>]) -> Result<()>) -> Result<()> {
    println!("{title}");
    let condition = Rc::new(Condition::new());
    let tasks = ["a", "b", "c"].map(|n| asyncio::create_task(waiter(condition.clone(), n)));
    asyncio::sleep(0).await?;
    let guard = condition.lock().await?;
    act(&condition, &tasks)?;
    let mark = asyncio::create_task(marker());
    drop(guard);
    for _ in 0..6 {
        asyncio::sleep(0).await?;
    }
    println!("left {}", tasks.iter().filter(|task| !task.done()).count());
    for task in &tasks {
        task.cancel();
    }
    asyncio::gather(tasks.into_iter().chain([mark])).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        round("notify, cancel", |condition, tasks| {
            condition.notify(1)?;
            tasks[0].cancel();
            Ok(())
        })
        .await?;
        round("cancel, notify", |condition, tasks| {
            tasks[0].cancel();
            Ok(condition.notify(1)?)
        })
        .await?;
        round("cancel: a spurious wake-up", |_, tasks| {
            tasks[1].cancel();
            Ok(())
        })
        .await
    })
}
