//! TASK-05: cancel before the first step: the body never runs.

use asyncio::Result;

use crate::py;

async fn body() -> Result<()> {
    println!("never: start");
    let slept = asyncio::sleep(0).await;
    println!("never: finally");
    slept
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(body());
    println!("cancel {}", task.cancel_with("too early"));
    println!("done {} cancelling {}", task.done(), task.cancelling());
    if let Err(e) = (&task).await {
        println!("caught {}", py::err(&e));
    }
    println!("cancelled {}", task.cancelled());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
