//! TG-01: a group must be entered, and only once.

use asyncio::{Result, TaskGroup};

use crate::py;

async fn work() -> Result<()> {
    println!("never printed");
    Ok(())
}

async fn program() -> Result<()> {
    let group = TaskGroup::new();
    let refused = group.create_task(work());
    println!("{}", py::error(refused.exception()?.as_ref()));
    group.enter(async |_| Ok(())).await?;
    let again = group.enter(async |_| {
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
