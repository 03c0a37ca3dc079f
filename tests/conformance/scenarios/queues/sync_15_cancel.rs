//! SYNC-15: a getter or putter that is cancelled after it was woken passes its wake on, and loses nothing.

use std::rc::Rc;

use asyncio::{GetError, PutError, Queue, Result, Task};

async fn getter(queue: Rc<Queue<i32>>, name: &'static str) -> Result<()> {
    match queue.get().await {
        Ok(item) => println!("{name} gets {item}"),
        Err(GetError::Cancelled(_)) => println!("{name} cancelled, qsize {}", queue.qsize()),
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

async fn putter(queue: Rc<Queue<i32>>, item: i32) -> Result<()> {
    match queue.put(item).await {
        Ok(()) => println!("put {item}"),
        Err(PutError::Cancelled(item, _)) => println!("not put {item} qsize {}", queue.qsize()),
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

async fn marker(name: &'static str) -> Result<()> {
    println!("{name}");
    Ok(())
}

type Act = fn(&Queue<i32>, &[Task<()>]) -> Result<()>;

async fn getters(title: &str, act: Act) -> Result<()> {
    println!("{title}");
    let queue = Rc::new(Queue::new(0));
    let tasks = ["a", "b", "c"].map(|n| asyncio::create_task(getter(queue.clone(), n)));
    finish(&queue, tasks, act).await
}

async fn putters(title: &str, act: Act) -> Result<()> {
    println!("{title}");
    let queue = Rc::new(Queue::new(1));
    queue.put_nowait(0)?;
    let tasks = [1, 2, 3].map(|n| asyncio::create_task(putter(queue.clone(), n)));
    finish(&queue, tasks, act).await
}

async fn finish(queue: &Queue<i32>, tasks: [Task<()>; 3], act: Act) -> Result<()> {
    asyncio::sleep(0).await?;
    act(queue, &tasks)?;
    let mark = asyncio::create_task(marker("marker"));
    for _ in 0..4 {
        asyncio::sleep(0).await?;
    }
    println!("qsize {}", queue.qsize());
    for task in &tasks {
        task.cancel();
    }
    asyncio::gather([mark].into_iter().chain(tasks)).await?;
    Ok(())
}

fn take(queue: &Queue<i32>) -> Result<()> {
    println!("main takes {}", queue.get_nowait()?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        getters("put, cancel", |queue, tasks| {
            queue.put_nowait(1)?;
            tasks[0].cancel();
            Ok(())
        })
        .await?;
        getters("cancel, put", |queue, tasks| {
            tasks[0].cancel();
            Ok(queue.put_nowait(1)?)
        })
        .await?;
        getters("put, cancel, taken by another", |queue, tasks| {
            queue.put_nowait(1)?;
            tasks[0].cancel();
            take(queue)
        })
        .await?;
        putters("get, cancel", |queue, tasks| {
            take(queue)?;
            tasks[0].cancel();
            Ok(())
        })
        .await?;
        putters("cancel, get", |queue, tasks| {
            tasks[0].cancel();
            take(queue)
        })
        .await?;
        putters("get, room taken by another, cancel", |queue, tasks| {
            take(queue)?;
            queue.put_nowait(4)?;
            tasks[0].cancel();
            Ok(())
        })
        .await
    })
}
