//! SYNC-15: whoever comes before a woken getter runs takes the item; the getter goes to the end of the line.

use std::rc::Rc;

use asyncio::{Queue, Result};

async fn getter(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    println!("{name} gets {}", queue.get().await?);
    Ok(())
}

async fn putter(queue: Rc<Queue<i32>>, item: i32) -> Result<()> {
    queue.put(item).await?;
    println!("put {item}");
    Ok(())
}

async fn program() -> Result<()> {
    let queue = Rc::new(Queue::new(0));
    let tasks = ["a", "b", "c"].map(|n| asyncio::create_task(getter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    queue.put(1).await?;
    println!("main takes {}", queue.get().await?);
    asyncio::sleep(0).await?;
    for item in [2, 3, 4] {
        queue.put(item).await?;
    }
    asyncio::gather(tasks).await?;

    let queue = Rc::new(Queue::new(1));
    queue.put(0).await?;
    let tasks = [1, 2, 3].map(|n| asyncio::create_task(putter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    println!("main takes {}", queue.get().await?);
    queue.put(4).await?;
    asyncio::sleep(0).await?;
    for _ in 0..4 {
        println!("main takes {}", queue.get().await?);
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
    }
    asyncio::gather(tasks).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
