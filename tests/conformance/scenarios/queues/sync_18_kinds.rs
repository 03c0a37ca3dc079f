//! SYNC-18: priority and last-in queues keep the same rules.

use std::rc::Rc;

use asyncio::{LifoQueue, PriorityQueue, Queue, Result};

macro_rules! rounds {
    ($name:literal, $queue:expr) => {{
        let queue = Rc::new($queue);
        println!("{} maxsize {}", $name, queue.maxsize());
        let tasks = [5, 1, 4, 2, 3].map(|item| {
            let queue = queue.clone();
            asyncio::create_task(async move {
                queue.put(item).await?;
                println!("put {item}");
                Ok(())
            })
        });
        asyncio::sleep(0).await?;
        let (full, empty) = (queue.full(), queue.empty());
        println!("qsize {} full {full} empty {empty}", queue.qsize());
        if queue.put_nowait(6).is_err() {
            println!("QueueFull");
        }
        println!("main gets {} {}", queue.get_nowait()?, queue.get().await?);
        queue.task_done()?;
        queue.task_done()?;
        let getters = ["a", "b"].map(|name| {
            let queue = queue.clone();
            asyncio::create_task(async move {
                while let Ok(item) = queue.get().await {
                    println!("{name} gets {item}");
                    queue.task_done()?;
                }
                println!("{name} QueueShutDown");
                Ok(())
            })
        });
        queue.join().await?;
        asyncio::gather(tasks).await?;
        queue.shutdown();
        asyncio::gather(getters).await?;
    }};
}

async fn program() -> Result<()> {
    rounds!("Queue", Queue::new(3));
    rounds!("PriorityQueue", PriorityQueue::new(3));
    rounds!("LifoQueue", LifoQueue::new(3));
    let queue = PriorityQueue::new(0);
    for item in [(2, "b"), (1, "z"), (2, "a"), (0, "m"), (1, "y")] {
        queue.put_nowait(item)?;
    }
    while let Ok((priority, data)) = queue.get_nowait() {
        println!("{priority} {data}");
    }
    let (priority, lifo) = (PriorityQueue::new(0), LifoQueue::new(0));
    for item in [3, 1, 2] {
        priority.put_nowait(item)?;
        lifo.put_nowait(item)?;
    }
    priority.shutdown_immediate();
    priority.join().await?;
    println!("drained {}", priority.qsize());
    lifo.shutdown_immediate();
    lifo.join().await?;
    println!("drained {}", lifo.qsize());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
