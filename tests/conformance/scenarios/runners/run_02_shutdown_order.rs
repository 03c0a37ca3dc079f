//! RUN-02: tasks are cancelled and awaited, then generators closed, then threads joined.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc;

use asyncio::prelude::*;
use asyncio::{AsyncGenerator, EventLoop, Result, Task};

/// What outlives the run.
#[derive(Default)]
struct Kept {
    task: Option<Task<()>>,
    generator: Option<AsyncGenerator<u32>>,
    event_loop: Option<EventLoop>,
}

async fn background(name: &str) -> Result<()> {
    let slept = asyncio::sleep(10).await;
    println!("{name} cancelled");
    asyncio::sleep(0).await?;
    println!("{name} cleaned up");
    slept
}

fn generator(finish: mpsc::Sender<()>) -> AsyncGenerator<u32> {
    AsyncGenerator::new(async move |y| {
        let emitted = async {
            y.emit(1).await?;
            y.emit(2).await
        };
        let emitted = emitted.await;
        println!("generator closed");
        asyncio::sleep(0).await?;
        println!("generator cleaned up");
        finish.send(())?;
        emitted.map(drop)
    })
}

async fn program(kept: Rc<RefCell<Kept>>) -> Result<&'static str> {
    let (finish, finished) = mpsc::channel();
    let event_loop = asyncio::get_running_loop()?;
    let task = asyncio::create_task(background("task"));
    let numbers = generator(finish);
    println!("generator gives {}", numbers.next().await.unwrap()?);
    kept.replace(Kept {
        task: Some(task),
        generator: Some(numbers),
        event_loop: Some(event_loop.clone()),
    });
    event_loop.run_in_executor(None, move || {
        let _ = finished.recv();
        println!("thread job ends");
    });
    println!("main ends");
    Ok("value")
}

pub fn main() -> Result<()> {
    let kept = Rc::<RefCell<Kept>>::default();
    println!("result {}", asyncio::run(program(kept.clone()))?);
    let kept = kept.take();
    println!(
        "task cancelled {}",
        kept.task.is_some_and(|task| task.cancelled())
    );
    let event_loop = kept.event_loop.unwrap();
    println!("loop closed {}", event_loop.is_closed());
    drop(kept.generator);
    Ok(())
}
