//! RUN-07: a handler is replaced, or removed, some turns after its signal.

use asyncio::Result;
use asyncio::signal::{SIGUSR1, raise_signal};

use crate::py::Lines;

async fn turns(log: &Lines, count: usize) -> Result<()> {
    for turn in 0..count {
        log.append(format!("turn {turn}"));
        asyncio::sleep(0).await?;
    }
    Ok(())
}

fn append(log: &Lines, line: &'static str) -> impl FnMut() + use<> {
    let log = log.clone();
    move || log.append(line)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    for before in 0..4 {
        event_loop.add_signal_handler(SIGUSR1, append(&log, "old"))?;
        raise_signal(SIGUSR1)?;
        turns(&log, before).await?;
        event_loop.add_signal_handler(SIGUSR1, append(&log, "new"))?;
        log.append("replaced");
        turns(&log, 4).await?;
        println!("{}", log.join(", "));
        log.clear();
    }
    for before in 0..4 {
        event_loop.add_signal_handler(SIGUSR1, append(&log, "handler"))?;
        raise_signal(SIGUSR1)?;
        turns(&log, before).await?;
        match event_loop.remove_signal_handler(SIGUSR1)? {
            true => log.append("removed True"),
            false => log.append("removed False"),
        }
        turns(&log, 4).await?;
        event_loop.add_signal_handler(SIGUSR1, append(&log, "handler"))?;
        log.append("added again");
        turns(&log, 4).await?;
        println!("{}", log.join(", "));
        log.clear();
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
