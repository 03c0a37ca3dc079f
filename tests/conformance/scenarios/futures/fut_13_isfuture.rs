//! FUT-13: futures and tasks are futures: ensuring one gives that same one back.

use asyncio::prelude::*;
use asyncio::{FutureLike, Result};

async fn value() -> Result<i32> {
    Ok(5)
}

async fn program() -> Result<()> {
    let future = asyncio::get_running_loop()?.create_future::<()>();
    let task = asyncio::create_task(value());
    let ensured = asyncio::ensure_future(future.clone());
    let same = matches!(ensured, FutureLike::Future(ensured) if ensured == future);
    println!("ensure_future(future) is it {same}");
    let ensured = asyncio::ensure_future(task.clone());
    println!(
        "ensure_future(task) is it {}",
        ensured.as_task() == Some(&task)
    );
    let ensured = asyncio::ensure_future(value());
    println!(
        "ensure_future(coroutine) is a task {}",
        ensured.as_task().is_some()
    );
    println!("ensure_future(coroutine) {}", ensured.await?);
    println!("task {}", task.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
