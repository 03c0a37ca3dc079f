//! RUN-05: an error that main raises on Ctrl-C comes out of run() in place of KeyboardInterrupt.

use asyncio::{Result, ValueError};

use crate::py;

async fn program() -> Result<()> {
    py::interrupt()?;
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => Err(ValueError::with_message("clean-up failed").into()),
        other => other,
    }
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is::<ValueError>() => println!("caught {} {}", e.type_name(), py::text(&e)),
        other => other?,
    }
    Ok(())
}
