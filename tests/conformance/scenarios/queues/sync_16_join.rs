//! SYNC-16: join waits for as many task_done as there were items; one more is an error.

use std::rc::Rc;

use asyncio::{Queue, Result};

fn done(queue: &Queue<i32>) {
    match queue.task_done() {
        Ok(()) => println!("one done"),
        Err(e) => println!("ValueError {e}"),
    }
}

async fn worker(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    loop {
        let item = queue.get().await?;
        asyncio::sleep(0).await?;
        println!("{name} has done {item}");
        queue.task_done()?;
    }
}

async fn joiner(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    queue.join().await?;
    println!("{name} joined, qsize {}", queue.qsize());
    Ok(())
}

async fn program() -> Result<()> {
    let queue = Rc::new(Queue::new(0));
    done(&queue);
    queue.join().await?;
    println!("nothing to wait for");
    let workers = ["a", "b"].map(|n| asyncio::create_task(worker(queue.clone(), n)));
    for item in 0..5 {
        queue.put_nowait(item)?;
    }
    asyncio::gather((
        joiner(queue.clone(), "first"),
        joiner(queue.clone(), "second"),
    ))
    .await?;
    for task in &workers {
        task.cancel();
    }
    asyncio::gather(workers).return_exceptions().await?;
    done(&queue);
    queue.put_nowait(1)?;
    let task = asyncio::create_task(joiner(queue.clone(), "third"));
    asyncio::sleep(0).await?;
    done(&queue);
    queue.put_nowait(2)?;
    task.await?;
    done(&queue);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
