//! COMB-19: a cancelled child is raised by gather() as an error, the others keep running.

use asyncio::prelude::*;
use asyncio::{Future, Result};

use crate::py;

async fn work(name: &'static str, gate: Future<()>) -> Result<&'static str> {
    asyncio::shield(&gate).await?;
    println!("{name} finished");
    Ok(name)
}

async fn program() -> Result<()> {
    let gate = asyncio::get_running_loop()?.create_future();
    let first = asyncio::create_task(work("a", gate.clone()));
    let second = asyncio::create_task(work("b", gate.clone()));
    let outer = asyncio::gather([&first, &second]).future();
    asyncio::sleep(0).await?;
    first.cancel_with("why");
    if let Err(e) = (&outer).await {
        println!("outer {}", py::error(&e));
    }
    println!("outer cancelled() {}", outer.cancelled());
    println!("second done {}", second.done());
    gate.set_result(())?;
    println!("{}", second.await?);

    let gate = asyncio::get_running_loop()?.create_future();
    let first = asyncio::create_task(work("c", gate.clone()));
    let second = asyncio::create_task(work("d", gate.clone()));
    let third = asyncio::create_task(work("e", gate.clone()));
    let outer = asyncio::gather([&first, &second, &third]).return_exceptions();
    asyncio::sleep(0).await?;
    first.cancel_with("why");
    second.cancel();
    gate.set_result(())?;
    for result in outer.await? {
        match result {
            Ok(name) => println!("{name}"),
            Err(e) => println!("{}", py::error(&e)),
        }
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
