//! RUN-06: Runner.run() takes coroutines, tasks, futures and other awaitables.

use std::pin::Pin;

use asyncio::prelude::*;
use asyncio::{Result, Runner};

struct Doubled<A>(A);

impl<A: Future<Output = Result<i32>> + 'static> IntoFuture for Doubled<A> {
    type Output = Result<i32>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<i32>>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(2 * self.0.await?) })
    }
}

async fn value() -> Result<i32> {
    asyncio::sleep(0).await?;
    Ok(21)
}

pub fn main() -> Result<()> {
    let runner = Runner::new();
    let event_loop = runner.get_loop()?;
    println!("coroutine {}", runner.run(value())?);
    println!("task {}", runner.run(event_loop.create_task(value()))?);
    let future = event_loop.create_future();
    let completed = future.clone();
    event_loop.call_soon(move || completed.set_result(21));
    println!("future {}", runner.run(future)?);
    println!("awaitable {}", runner.run(Doubled(value()))?);
    runner.close()
}
