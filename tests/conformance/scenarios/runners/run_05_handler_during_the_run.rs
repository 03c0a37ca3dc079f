//! RUN-05: a handler for SIGINT that main adds gets Ctrl-C; when it is removed, Ctrl-C ends the run again.

use asyncio::signal::{SIGINT, raise_signal};
use asyncio::{KeyboardInterrupt, Result};

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.add_signal_handler(SIGINT, || println!("the handler gets it"))?;
    for _ in 0..3 {
        raise_signal(SIGINT)?;
    }
    asyncio::sleep(0.001).await?;
    let removed = event_loop.remove_signal_handler(SIGINT)?;
    println!("removed: {}", if removed { "True" } else { "False" });
    event_loop.call_soon(|| raise_signal(SIGINT));
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
