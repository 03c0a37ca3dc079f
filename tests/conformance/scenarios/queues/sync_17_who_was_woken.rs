//! SYNC-17: a shutdown finds tasks that were woken and have not run: a putter, a cancelled getter, one who joins.

use std::rc::Rc;

use asyncio::{GetError, PutError, Queue, Result};

async fn putter(queue: Rc<Queue<i32>>, item: i32) -> Result<()> {
    match queue.put(item).await {
        Ok(()) => println!("put {item}"),
        Err(PutError::ShutDown(item)) => println!("QueueShutDown for {item}"),
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

async fn getter(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    match queue.get().await {
        Ok(item) => println!("{name} got {item}"),
        Err(GetError::Cancelled(_)) => println!("{name} cancelled"),
        Err(_) => println!("{name} QueueShutDown"),
    }
    Ok(())
}

async fn joiner(queue: Rc<Queue<i32>>) -> Result<()> {
    queue.join().await?;
    println!("joined");
    Ok(())
}

async fn passes() -> Result<()> {
    for _ in 0..3 {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    println!("a putter that has got room");
    let queue = Rc::new(Queue::new(1));
    queue.put_nowait(1)?;
    let tasks = [2, 3].map(|n| asyncio::create_task(putter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    println!("get {}", queue.get_nowait()?);
    queue.shutdown();
    passes().await?;
    println!("qsize {} done {}", queue.qsize(), tasks[1].done());

    println!("a getter that has got an item and is cancelled");
    let queue = Rc::new(Queue::new(0));
    let tasks = ["a", "b"].map(|n| asyncio::create_task(getter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    queue.put_nowait(1)?;
    tasks[0].cancel();
    queue.shutdown();
    passes().await?;
    println!("qsize {}", queue.qsize());

    println!("an item is in hand");
    let queue = Rc::new(Queue::new(1));
    queue.put_nowait(0)?;
    println!("get {}", queue.get().await?);
    queue.put_nowait(1)?;
    let join = asyncio::create_task(joiner(queue.clone()));
    let tasks = [2, 3].map(|n| asyncio::create_task(putter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    tasks[0].cancel();
    queue.shutdown_immediate();
    queue.shutdown();
    queue.shutdown_immediate();
    passes().await?;
    println!("joined {} cancelled {}", join.done(), tasks[0].cancelled());
    queue.task_done()?;
    passes().await?;
    println!("joined {}", join.done());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
