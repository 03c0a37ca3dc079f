//! RUN-07: an error of the callback goes to the exception handler; the callback stays.

use asyncio::signal::{SIGUSR1, raise_signal};
use asyncio::{Error, Result, ValueError};

fn callback() -> Result<()> {
    Err(ValueError::with_message("on purpose").into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(|_, context| {
        let exception = context.exception().map_or("none", Error::type_name);
        println!("reported: {exception}('on purpose')");
    });
    event_loop.add_signal_handler(SIGUSR1, callback)?;
    for _ in 0..2 {
        raise_signal(SIGUSR1)?;
        asyncio::sleep(0.001).await?;
    }
    let removed = event_loop.remove_signal_handler(SIGUSR1)?;
    println!("removed: {}", if removed { "True" } else { "False" });
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
