//! LOOP-27: a generator that begins after shutdown_asyncgens() is warned of, and works.

use asyncio::prelude::*;
use asyncio::{AsyncGenerator, Result};

use crate::py;

fn generator() -> AsyncGenerator<u32> {
    AsyncGenerator::new(async |y| {
        y.emit(1).await?;
        y.emit(2).await?;
        Ok(())
    })
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let before = generator();
    println!("{}", before.next().await.unwrap()?);
    event_loop.shutdown_asyncgens().await?;
    let g = generator();
    println!("{}", g.next().await.unwrap()?);
    println!("{}", g.next().await.unwrap()?);
    g.aclose().await
}

pub fn main() -> Result<()> {
    py::print_log(|_level, message| {
        let (start, rest) = message.split_once(" <").unwrap();
        println!("{start} ... {}", rest.split_once("> ").unwrap().1);
    });
    asyncio::run(program())
}
