//! TASK-27: sleep of 0 or less yields exactly once; of NaN it is an error.

use asyncio::{EventLoop, Result, ValueError};

use crate::py;

fn tick(event_loop: &EventLoop, number: u32) {
    println!("tick {number}");
    if number < 4 {
        let next = event_loop.clone();
        event_loop.call_soon(move || tick(&next, number + 1));
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let ticking = event_loop.clone();
    event_loop.call_soon(move || tick(&ticking, 1));
    asyncio::sleep(0).await?;
    println!("after sleep(0)");
    asyncio::sleep(-1).await?;
    println!("after sleep(-1)");
    asyncio::sleep(-0.0).await?;
    println!("after sleep(-0.0)");
    match asyncio::sleep(f64::NAN).await {
        Err(e) if e.is::<ValueError>() => println!("caught {}", py::err(&e)),
        other => other?,
    }
    asyncio::sleep(0).await?;
    asyncio::sleep(0.001).await?;
    println!("slept again");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
