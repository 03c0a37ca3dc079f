//! TASK-09: a coroutine that raises CancelledError without any cancel() ends cancelled.

use asyncio::{CancelledError, Result};

use crate::py;

async fn body() -> Result<()> {
    Err(CancelledError::with_msg(Some("of its own accord".into())).into())
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    if let Err(e) = (&task).await {
        println!("caught {}", py::err(&e));
    }
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    println!("cancelling of main {}", py::current_task()?.cancelling());
    if task.exception().is_err_and(|e| e.is_cancelled()) {
        println!("exception() raises CancelledError");
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
