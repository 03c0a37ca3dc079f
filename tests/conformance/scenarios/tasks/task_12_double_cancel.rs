//! TASK-12: two cancels before delivery: one CancelledError, the first message, a count of 2.

use asyncio::prelude::*;
use asyncio::{Future, Result};

use crate::py;

async fn body(mut future: Future<()>) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    for attempt in ["first", "second"] {
        let ended = (&future).await;
        match ended {
            Ok(()) => println!("{attempt} await ends"),
            Err(e) => {
                println!("{attempt} await raises {}", py::err(&e));
                future = event_loop.create_future();
                let future = future.clone();
                event_loop.call_soon(move || future.set_result(()));
            }
        }
    }
    println!("cancelling inside {}", py::current_task()?.cancelling());
    Ok(())
}

async fn program() -> Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    let task = asyncio::create_task(body(future));
    asyncio::sleep(0).await?;
    println!("cancel {} {}", task.cancel_with("A"), task.cancel_with("B"));
    println!("cancelling {}", task.cancelling());
    (&task).await?;
    println!("cancelled {}", task.cancelled());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
