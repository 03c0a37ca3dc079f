//! SYNC-17: shutdown stops putters at once, and getters when the queue is empty.

use std::rc::Rc;

use asyncio::{Error, Queue, QueueShutDown, Result};

async fn getter(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    match queue.get().await.map_err(Error::from) {
        Ok(item) => println!("{name} gets {item}"),
        Err(e) if e.is::<QueueShutDown>() => println!("{name} QueueShutDown"),
        Err(e) => return Err(e),
    }
    Ok(())
}

async fn putter(queue: Rc<Queue<i32>>, item: i32) -> Result<()> {
    match queue.put(item).await {
        Ok(()) => println!("put {item}"),
        Err(e) => println!("QueueShutDown for {}", e.into_item()),
    }
    Ok(())
}

fn nowait(result: Result<i32, impl Into<Error>>) {
    match result.map_err(Into::into) {
        Ok(item) => println!("nowait {item}"),
        Err(e) => println!("nowait {}", e.type_name()),
    }
}

async fn program() -> Result<()> {
    println!("with items");
    let queue = Rc::new(Queue::new(2));
    let putters = [0, 1, 2, 3].map(|i| asyncio::create_task(putter(queue.clone(), i)));
    asyncio::sleep(0).await?;
    queue.shutdown();
    let late = asyncio::create_task(putter(queue.clone(), 5));
    asyncio::gather(putters.into_iter().chain([late])).await?;
    nowait(queue.put_nowait(6).map(|()| 6));
    getter(queue.clone(), "a").await?;
    nowait(queue.get_nowait());
    nowait(queue.get_nowait());
    getter(queue.clone(), "b").await?;
    queue.shutdown();
    queue.task_done()?;
    let joined = queue.clone();
    let joiner = asyncio::create_task(async move { Ok(joined.join().await?) });
    asyncio::sleep(0).await?;
    queue.task_done()?;
    joiner.await?;
    println!("joined");

    println!("with getters");
    let queue = Rc::new(Queue::new(0));
    let getters = ["a", "b", "c"].map(|n| asyncio::create_task(getter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    queue.put_nowait(1)?;
    queue.shutdown();
    asyncio::gather(getters).await?;
    println!("qsize {}", queue.qsize());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
