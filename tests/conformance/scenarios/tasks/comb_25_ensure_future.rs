//! COMB-25: ensure_future() returns a future as it is and wraps coroutines and other awaitables in a task.

use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio::prelude::*;
use asyncio::{Result, Sleep};

struct Delayed {
    sleep: Sleep,
    value: &'static str,
}

impl Delayed {
    fn new(value: &'static str) -> Self {
        let sleep = asyncio::sleep(0);
        Self { sleep, value }
    }
}

impl Future for Delayed {
    type Output = Result<&'static str>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let slept = Pin::new(&mut self.sleep).poll(cx);
        slept.map_ok(|()| self.value)
    }
}

async fn work() -> Result<&'static str> {
    Ok("from coroutine")
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future::<()>();
    let same = asyncio::ensure_future(future.clone()) == future;
    println!("same future {same}");
    let task = asyncio::create_task(work());
    let same = asyncio::ensure_future(task.clone()) == task;
    println!("same task {same}");
    let wrapped = asyncio::ensure_future(work());
    println!("started {}", wrapped.done());
    println!("{}", wrapped.await?);
    let wrapped = asyncio::ensure_future(Delayed::new("from awaitable"));
    println!("{}", wrapped.await?);
    println!("{}", task.await?);
    future.cancel();
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
