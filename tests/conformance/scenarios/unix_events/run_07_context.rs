//! RUN-07: the callback runs in a copy of the context in which it was added, the same one each time.

use asyncio::signal::{SIGUSR1, raise_signal};
use asyncio::{ContextVar, Result};

static VAR: ContextVar<u32> = ContextVar::new("var");

fn callback() {
    let value = VAR.get().unwrap_or(0);
    println!("in the callback: {value}");
    VAR.set(value + 10);
}

async fn program() -> Result<()> {
    VAR.set(1);
    asyncio::get_running_loop()?.add_signal_handler(SIGUSR1, callback)?;
    VAR.set(2);
    for _ in 0..3 {
        raise_signal(SIGUSR1)?;
        asyncio::sleep(0.001).await?;
    }
    println!("in main: {}", VAR.get().unwrap_or(0));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
