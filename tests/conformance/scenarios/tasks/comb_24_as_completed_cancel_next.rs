//! COMB-24: cancelling one pending step of as_completed() loses no result.

use asyncio::{AsCompleted, Result, RuntimeError};

type Name = &'static str;

async fn work(name: Name, delay: f64) -> Result<Name> {
    asyncio::sleep(delay).await?;
    Ok(name)
}

async fn step(iterator: AsCompleted<Name>) -> Result<Name> {
    let future = iterator.next().await;
    future
        .ok_or_else(|| RuntimeError::with_message("StopAsyncIteration"))??
        .result()
}

async fn program() -> Result<()> {
    let iterator = asyncio::as_completed([work("a", 0.05), work("b", 0.07)]);
    let first = asyncio::create_task(step(iterator.clone()));
    asyncio::sleep(0).await?;
    first.cancel();
    asyncio::wait([&first]).await?;
    println!("first cancelled {}", first.cancelled());
    let mut rest = Vec::new();
    while let Some(future) = iterator.next().await {
        rest.push(future?.result()?);
    }
    println!("{}", rest.join(" "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
