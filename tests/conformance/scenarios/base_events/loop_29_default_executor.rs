//! LOOP-29: jobs without an executor share a pool that is made for them, until it is shut down.

use std::thread;

use asyncio::prelude::*;
use asyncio::{Result, ValueError};

use crate::py;

fn job(number: i32) -> i32 {
    if number == 3 {
        asyncio::raise(ValueError::with_message("boom"));
    }
    number * 10
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let name = event_loop.run_in_executor(None, || thread::current().name().map(String::from));
    println!("thread {}", name.await?.unwrap_or_default());
    let jobs = (0..6).map(|n| event_loop.run_in_executor(None, move || job(n)));
    let results: Vec<Result<i32>> = asyncio::gather(jobs).return_exceptions().await?;
    for result in results {
        match result {
            Ok(value) => println!("{value}"),
            Err(e) => println!("{}", py::err(&e)),
        }
    }

    let future: asyncio::Future<i32> = event_loop.run_in_executor(None, || job(7));
    println!("a future True a task False");
    println!("{}", future.await?);

    event_loop.shutdown_default_executor(None).await?;
    if let Err(e) = event_loop.run_in_executor(None, || job(1)).await {
        println!("{}", py::err(&e));
    }
    if let Err(e) = asyncio::to_thread(|| job(1)).await {
        println!("{}", py::err(&e));
    }
    event_loop.shutdown_default_executor(None).await?;
    println!("shut down twice");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())?;

    let event_loop = asyncio::new_event_loop()?;
    event_loop.run_until_complete(event_loop.shutdown_default_executor(None))?;
    event_loop.close()?;
    let refused = event_loop.run_in_executor(None, || job(1));
    if let Some(e) = refused.exception()? {
        println!("{}", py::err(&e));
    }
    Ok(())
}
