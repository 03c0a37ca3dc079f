//! COMB-25: a future of another loop is refused by those that ensure futures of their own loop.

use asyncio::prelude::*;
use asyncio::{Future, Result};

use crate::py;

async fn program(theirs: Future<()>) -> Result<()> {
    let own = asyncio::get_running_loop()?.create_future();
    if let Err(e) = asyncio::gather([own, theirs]).await {
        println!("gather {}", py::error(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    let other = asyncio::new_event_loop()?;
    let theirs = other.create_future();
    let event_loop = asyncio::new_event_loop()?;
    if let Err(e) = event_loop.run_until_complete(theirs.clone()) {
        println!("run_until_complete {}", py::error(&e));
    }
    event_loop.run_until_complete(program(theirs))?;
    event_loop.close()?;
    other.close()?;
    Ok(())
}
