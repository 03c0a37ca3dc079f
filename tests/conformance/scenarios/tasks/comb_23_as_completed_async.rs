//! COMB-23: as_completed() as an async iterator yields the original futures.

use asyncio::{Result, ValueError};

use crate::py;

async fn work(name: &'static str, steps: usize) -> Result<&'static str> {
    for _ in 0..steps {
        asyncio::sleep(0).await?;
    }
    if name == "bad" {
        return Err(ValueError::with_message(name).into());
    }
    Ok(name)
}

async fn program() -> Result<()> {
    let slow = asyncio::create_task(work("slow", 8));
    let bad = asyncio::create_task(work("bad", 4));
    let fast = asyncio::create_task(work("fast", 0));
    let completed = asyncio::as_completed([&slow, &bad, &fast, &slow]);
    while let Some(earliest) = completed.next().await {
        let earliest = earliest?;
        let which = match &earliest {
            task if *task == slow => "slow",
            task if *task == bad => "bad",
            _ => "fast",
        };
        let exception = earliest.exception()?;
        println!(
            "{which} done {} {}",
            earliest.done(),
            py::error(exception.as_ref())
        );
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
