//! LOOP-31: a shutdown of the default executor waits for its jobs, or warns and goes on.

use std::sync::mpsc;

use asyncio::Result;
use asyncio::prelude::*;

use crate::py;

async fn waits() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (release, released) = mpsc::channel();
    let future = event_loop.run_in_executor(None, move || released.recv().is_ok());
    event_loop.call_soon(move || release.send(()));
    event_loop.shutdown_default_executor(None).await?;
    println!("job done {}", future.await?);
    Ok(())
}

async fn gives_up() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (release, released) = mpsc::channel();
    let future = event_loop.run_in_executor(None, move || released.recv().is_ok());
    event_loop.shutdown_default_executor(0.001).await?;
    println!("job done {}", future.done());
    release.send(())?;
    (&future).await?;
    println!("job done {}", future.done());
    Ok(())
}

async fn cancelled() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (release, released) = mpsc::channel();
    let future = event_loop.run_in_executor(None, move || released.recv().is_ok());
    let task = asyncio::create_task(event_loop.shutdown_default_executor(10));
    asyncio::sleep(0).await?;
    task.cancel();
    if task.await.is_err_and(|e| e.is_cancelled()) {
        println!("shutdown cancelled");
    }
    if let Err(e) = asyncio::to_thread(|| println!("never printed")).await {
        println!("{e}");
    }
    release.send(())?;
    future.await?;
    Ok(())
}

pub fn main() -> Result<()> {
    py::print_log(|_, message| println!("{message}"));
    asyncio::run(waits())?;
    asyncio::run(gives_up())?;
    asyncio::run(cancelled())
}
