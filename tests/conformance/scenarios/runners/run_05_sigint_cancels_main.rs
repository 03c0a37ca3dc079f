//! RUN-05: the first Ctrl-C cancels main; when it ends cancelled, KeyboardInterrupt is raised.

use asyncio::{KeyboardInterrupt, Result};

use crate::py;

async fn background() -> Result<()> {
    let slept = asyncio::sleep(10).await;
    println!("background cancelled");
    slept
}

async fn program() -> Result<()> {
    asyncio::create_task(background());
    asyncio::sleep(0).await?;
    println!("interrupt");
    py::interrupt()?;
    let slept = asyncio::sleep(10).await;
    if slept.is_err() {
        println!("main cancelled");
    }
    slept
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    Ok(())
}
