//! TASK-32: a coroutine on another thread's loop: results, exceptions, timeouts, and cancelling from both ends.

use std::sync::mpsc;
use std::thread;

use asyncio::concurrent::{self, ALL_COMPLETED};
use asyncio::prelude::*;
use asyncio::{EventLoopProxy, Result, ValueError};

use crate::py;

async fn add(a: i32, b: i32) -> Result<i32> {
    asyncio::sleep(0.001).await?;
    Ok(a + b)
}

async fn fail() -> Result<()> {
    asyncio::sleep(0).await?;
    Err(ValueError::with_message("boom").into())
}

async fn hang(name: &str, started: mpsc::Sender<()>, ended: mpsc::Sender<String>) -> Result<()> {
    started.send(())?;
    let slept = asyncio::sleep(3600).await;
    ended.send(format!("{name} is cleaned up"))?;
    slept
}

async fn cancel_itself() -> Result<()> {
    if let Some(task) = asyncio::current_task()? {
        task.cancel();
    }
    asyncio::sleep(0).await
}

async fn left() -> Result<usize> {
    Ok(asyncio::get_running_loop()?.all_tasks().len() - 1)
}

fn from_outside(proxy: &EventLoopProxy) -> Result<()> {
    let sum = proxy.run_coroutine_threadsafe(|| add(1, 2));
    println!("result {}", sum.result(None)?);
    let error = proxy.run_coroutine_threadsafe(fail).exception(None)?;
    println!(
        "exception {}",
        error.as_ref().map(py::err).unwrap_or_default()
    );

    let (start, started) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let future = proxy.run_coroutine_threadsafe(move || hang("timed out", start, end));
    started.recv()?;
    if future
        .result(0.001)
        .is_err_and(|e| e.is::<asyncio::TimeoutError>())
    {
        println!(
            "timeout done {} running {}",
            future.done(),
            future.running()
        );
    }
    println!(
        "cancel {} cancelled {}",
        future.cancel(),
        future.cancelled()
    );
    println!("{}", ended.recv()?);

    let future = proxy.run_coroutine_threadsafe(cancel_itself);
    if future.result(None).is_err_and(|e| e.is_cancelled()) {
        println!("task cancelled {}", future.cancelled());
    }

    let future = proxy.run_coroutine_threadsafe(|| add(1, 2));
    future.result(None)?;
    println!(
        "cancel when done {} {}",
        future.cancel(),
        future.result(None)?
    );

    let future = proxy.run_coroutine_threadsafe(fail);
    let (call, called) = mpsc::channel();
    future.add_done_callback(move |f| -> Result<()> {
        let error = f.exception(None)?;
        Ok(call.send(error.as_ref().map(py::err).unwrap_or_default())?)
    });
    concurrent::wait([future], None, ALL_COMPLETED);
    proxy.run_coroutine_threadsafe(|| add(0, 0)).result(None)?;
    println!("callback {}", called.recv()?);
    let left = proxy.run_coroutine_threadsafe(left).result(None)?;
    println!("left {:?}", vec!["a task"; left]);
    proxy.stop()?;
    Ok(())
}

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let proxy = event_loop.proxy();
    let thread = thread::spawn(move || from_outside(&proxy));
    event_loop.run_forever()?;
    thread.join().expect("it does not panic")?;

    let future = event_loop.proxy().run_coroutine_threadsafe(|| async {
        println!("never printed");
        Ok(())
    });
    println!("cancel before the loop runs {}", future.cancel());
    event_loop.run_until_complete(asyncio::sleep(0))?;
    event_loop.run_until_complete(asyncio::sleep(0))?;
    let left = event_loop.run_until_complete(left())?;
    println!("left {:?}", vec!["a task"; left]);
    event_loop.close()?;
    Ok(())
}
