//! TASK-33: to_thread calls in the default executor, in a copy of the caller's context.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use asyncio::prelude::*;
use asyncio::{ContextVar, Result, ValueError};

use crate::py;

static WHO: ContextVar<&str> = ContextVar::new("who");

fn job() -> (&'static str, String) {
    let seen = WHO.get().unwrap_or("nothing");
    WHO.set("job");
    let name = thread::current().name().unwrap_or_default().to_owned();
    (seen, format!("{} {name}", WHO.get().unwrap_or_default()))
}

fn fail() {
    asyncio::raise(ValueError::with_message("boom"))
}

async fn program() -> Result<()> {
    WHO.set("main");
    let (seen, rest) = asyncio::to_thread(job).await?;
    println!("job sees {seen} {rest}");
    println!("main sees {}", WHO.get().unwrap_or_default());
    let event_loop = asyncio::get_running_loop()?;
    let seen = event_loop.run_in_executor(None, || WHO.get().unwrap_or("nothing"));
    println!("run_in_executor sees {}", seen.await?);

    let coro = asyncio::to_thread(job);
    WHO.set("changed before it starts");
    println!("job sees {}", coro.await?.0);
    let task = asyncio::create_task(asyncio::to_thread(job));
    WHO.set("changed after the task");
    println!("job sees {}", task.await?.0);
    if let Err(e) = asyncio::to_thread(fail).await {
        println!("{}", py::err(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())?;
    let coro = pin!(asyncio::to_thread(job));
    if let Poll::Ready(Err(e)) = coro.poll(&mut Context::from_waker(Waker::noop())) {
        println!("{}", py::err(&e));
    }
    Ok(())
}
