//! TASK-10: after cancelling itself a task that returns is cancelled, one that fails has failed.

use asyncio::{Result, ValueError};

use crate::py;

async fn returns() -> Result<&'static str> {
    py::current_task()?.cancel_with("by itself");
    Ok("discarded")
}

async fn fails() -> Result<()> {
    py::current_task()?.cancel();
    Err(ValueError::with_message("boom").into())
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(returns());
    match (&task).await {
        Ok(result) => println!("never {result}"),
        Err(e) => println!("caught {}", py::err(&e)),
    }
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );

    let task = asyncio::create_task(fails());
    if let Err(e) = (&task).await {
        println!("caught {}", py::err(&e));
    }
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
