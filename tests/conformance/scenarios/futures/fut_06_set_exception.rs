//! FUT-06: set_exception takes any exception; awaiting raises it, as often as it is awaited.

use asyncio::prelude::*;
use asyncio::{Error, RuntimeError, TimeoutError, ValueError};

use crate::py;

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let exceptions: [Error; 3] = [
        ValueError::with_message("bad value").into(),
        RuntimeError::with_message("bad run").into(),
        TimeoutError::new().into(),
    ];
    for exception in exceptions {
        let future = event_loop.create_future::<()>();
        future.set_exception(exception.clone())?;
        for attempt in ["first", "second"] {
            if let Err(e) = (&future).await {
                println!("{attempt} await {}", py::err(&e));
            }
        }
        let same = future.exception()?.is_some_and(|e| e.same(&exception));
        println!("same exception {same}");
        println!("cancelled {}", future.cancelled());
    }
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
