//! COMB-12: a timeout that was not entered cannot be rescheduled, and none can be entered twice.

use asyncio::{Result, Timeout};

use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let scope = Timeout::after(None);
    if let Err(e) = scope.reschedule(event_loop.time()) {
        println!("{}", py::error(&e));
    }
    let ended = scope.enter(async |_| {
        println!("entered");
        Ok(())
    });
    ended.await?;
    let again = scope.enter(async |_| {
        println!("not reached");
        Ok(())
    });
    if let Err(e) = again.await {
        println!("{}", py::error(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
