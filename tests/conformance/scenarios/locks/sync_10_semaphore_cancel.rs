//! SYNC-10: a unit handed to a cancelled waiter goes back and wakes the next; cancelled ones are passed over.

use std::rc::Rc;

use asyncio::{Result, Semaphore, Task};

async fn worker(semaphore: Rc<Semaphore>, name: &'static str) -> Result<()> {
    match semaphore.acquire().await {
        Ok(()) => println!("{name} has one"),
        Err(_) => println!("{name} cancelled, locked {}", semaphore.locked()),
    }
    Ok(())
}

async fn marker(name: &'static str) -> Result<()> {
    println!("{name}");
    Ok(())
}

async fn round(title: &str, act: fn(&Semaphore, &[Task<()>])) -> Result<()> {
    println!("{title}");
    let semaphore = Rc::new(Semaphore::new(0));
    let tasks = ["a", "b", "c"].map(|n| asyncio::create_task(worker(semaphore.clone(), n)));
    asyncio::sleep(0).await?;
    act(&semaphore, &tasks);
    println!("locked {}", semaphore.locked());
    let mark = asyncio::create_task(marker("marker"));
    let newcomer = asyncio::create_task(worker(semaphore.clone(), "newcomer"));
    for _ in 0..5 {
        asyncio::sleep(0).await?;
    }
    let left = tasks.iter().filter(|task| !task.done()).count();
    println!("left {left} {}", newcomer.done());
    for task in tasks.iter().chain([&newcomer]) {
        task.cancel();
    }
    asyncio::gather(tasks.into_iter().chain([newcomer, mark])).await?;
    println!("locked {}", semaphore.locked());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        round("handed, cancelled", |semaphore, tasks| {
            semaphore.release();
            tasks[0].cancel();
        })
        .await?;
        round("cancelled, released", |semaphore, tasks| {
            tasks[0].cancel();
            semaphore.release();
        })
        .await?;
        round("all cancelled, released twice", |semaphore, tasks| {
            for task in tasks {
                task.cancel();
            }
            semaphore.release();
            semaphore.release();
        })
        .await?;
        round("two handed, both cancelled", |semaphore, tasks| {
            semaphore.release();
            semaphore.release();
            tasks[0].cancel();
            tasks[1].cancel();
        })
        .await
    })
}
