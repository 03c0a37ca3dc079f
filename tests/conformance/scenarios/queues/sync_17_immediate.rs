//! SYNC-17: an immediate shutdown drains the queue; join ends only when nothing is unfinished.

use std::rc::Rc;

use asyncio::{GetError, Queue, Result};

async fn joiner(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    queue.join().await?;
    println!("{name} joined");
    Ok(())
}

async fn putter(queue: Rc<Queue<i32>>, item: i32) -> Result<()> {
    match queue.put(item).await {
        Ok(()) => println!("put {item}"),
        Err(e) => println!("QueueShutDown for {}", e.into_item()),
    }
    Ok(())
}

async fn program() -> Result<()> {
    let queue = Rc::new(Queue::new(3));
    for item in 0..3 {
        queue.put_nowait(item)?;
    }
    println!("main gets {}", queue.get().await?);
    queue.put(3).await?;
    let tasks = [4, 5].map(|i| asyncio::create_task(putter(queue.clone(), i)));
    let join = asyncio::create_task(joiner(queue.clone(), "first"));
    asyncio::sleep(0).await?;
    queue.shutdown_immediate();
    println!("qsize {}", queue.qsize());
    asyncio::gather(tasks).await?;
    asyncio::sleep(0).await?;
    println!("joined {}", join.done());
    queue.task_done()?;
    join.await?;
    if queue.get().await == Err(GetError::ShutDown) {
        println!("QueueShutDown");
    }
    if let Err(e) = queue.task_done() {
        println!("ValueError {e}");
    }

    println!("all drained");
    let queue = Rc::new(Queue::new(0));
    queue.put_nowait(1)?;
    let join = asyncio::create_task(joiner(queue.clone(), "second"));
    asyncio::sleep(0).await?;
    queue.shutdown_immediate();
    join.await?;

    println!("first in peace, then immediate");
    let queue = Queue::new(0);
    queue.put_nowait(1)?;
    queue.shutdown();
    println!("qsize {}", queue.qsize());
    queue.shutdown_immediate();
    println!("qsize {}", queue.qsize());
    queue.join().await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
