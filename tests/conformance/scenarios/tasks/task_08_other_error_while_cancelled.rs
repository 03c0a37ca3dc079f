//! TASK-08: another exception raised during cancellation makes the task fail with that one.

use asyncio::{Error, Result, ValueError};

use crate::py;

async fn body() -> Result<()> {
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => {
            println!("cleaning up fails");
            Err(Error::from(ValueError::with_message("clean-up failed")).caused_by(e))
        }
        other => other,
    }
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    asyncio::sleep(0).await?;
    task.cancel_with("stop");
    if let Err(e) = (&task).await {
        let context = e.cause().map_or_else(String::new, py::err);
        println!("caught {} context {context}", py::err(&e));
    }
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    if let Some(exception) = task.exception()? {
        println!("exception {}", py::err(&exception));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
