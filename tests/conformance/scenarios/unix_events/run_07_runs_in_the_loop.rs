//! RUN-07: the callback has its turn in the loop; it is not called where the signal comes.

use asyncio::Result;
use asyncio::signal::{SIGUSR1, raise_signal};

use crate::py::Lines;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    event_loop.add_signal_handler(SIGUSR1, {
        let log = log.clone();
        move || log.append("handler")
    })?;
    raise_signal(SIGUSR1)?;
    event_loop.call_soon(log.appender("call_soon"));
    for turn in 0..5 {
        log.append(format!("turn {turn}"));
        asyncio::sleep(0).await?;
    }
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
