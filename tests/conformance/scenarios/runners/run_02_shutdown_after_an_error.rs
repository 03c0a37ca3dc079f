//! RUN-02: the shutdown is the same when main fails; its error comes out at the end.

use asyncio::{Result, ValueError};

use crate::py;

async fn background() -> Result<()> {
    let slept = asyncio::sleep(10).await;
    println!("background cancelled");
    slept
}

async fn program() -> Result<()> {
    asyncio::create_task(background());
    asyncio::sleep(0).await?;
    println!("main fails");
    Err(ValueError::with_message("boom").into())
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is::<ValueError>() => println!("caught {} {}", e.type_name(), py::text(&e)),
        other => other?,
    }
    Ok(())
}
