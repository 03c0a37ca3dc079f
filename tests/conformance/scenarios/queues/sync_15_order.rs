//! SYNC-15: getters and putters are served in order; a queue is full at maxsize, and never with 0.

use std::rc::Rc;

use asyncio::{Error, Queue, QueueEmpty, QueueFull, Result};

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
    let queue = Rc::new(Queue::new(2));
    let (empty, full) = (queue.empty(), queue.full());
    println!("maxsize {} empty {empty} full {full}", queue.maxsize());
    let getters = ["a", "b", "c"].map(|n| asyncio::create_task(getter(queue.clone(), n)));
    asyncio::sleep(0).await?;
    let putters = [0, 1, 2, 3, 4, 5, 6].map(|i| asyncio::create_task(putter(queue.clone(), i)));
    asyncio::gather(getters).await?;
    println!("qsize {} full {}", queue.qsize(), queue.full());
    for _ in 0..4 {
        asyncio::sleep(0).await?;
        println!("main gets {} qsize {}", queue.get().await?, queue.qsize());
    }
    asyncio::gather(putters).await?;
    println!("empty {}", queue.empty());
    if queue
        .get_nowait()
        .map_err(Error::from)
        .unwrap_err()
        .is::<QueueEmpty>()
    {
        println!("QueueEmpty");
    }
    queue.put_nowait(8)?;
    queue.put_nowait(9)?;
    if queue
        .put_nowait(10)
        .map_err(Error::from)
        .unwrap_err()
        .is::<QueueFull>()
    {
        println!("QueueFull");
    }
    let endless = Queue::new(0);
    for n in 0..1000 {
        endless.put(n).await?;
    }
    println!(
        "endless {} {} full {}",
        endless.maxsize(),
        endless.qsize(),
        endless.full()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
