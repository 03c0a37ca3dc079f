//! COMB-17: the first error leaves gather() at once and the siblings keep running.

use asyncio::prelude::*;
use asyncio::{Future, Result, ValueError};

use crate::py;

async fn work(name: &'static str, gate: Future<()>, log: py::Lines) -> Result<&'static str> {
    let opened = (&gate).await;
    opened.inspect_err(|_| log.append(format!("{name} cancelled")))?;
    log.append(format!("{name} finished"));
    Ok(name)
}

async fn fail(text: &'static str, gate: Future<()>) -> Result<&'static str> {
    (&gate).await?;
    Err(ValueError::with_message(text).into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (early, later) = (event_loop.create_future(), event_loop.create_future());
    let log = py::Lines::default();
    let outer = asyncio::gather((
        work("a", early.clone(), log.clone()),
        fail("first", early.clone()),
        work("c", later.clone(), log.clone()),
        fail("second", later.clone()),
    ));
    asyncio::sleep(0).await?;
    early.set_result(())?;
    if let Err(e) = outer.await {
        println!("{}", py::error(&e));
    }
    println!("{}", log.join(", "));
    later.set_result(())?;
    asyncio::sleep(0.01).await?;
    println!("{}", log.join(", "));

    let both = (work("a", later.clone(), log), fail("kept", later));
    let results = asyncio::gather(both).return_exceptions().await?;
    println!("{}", results.0?);
    println!("{}", py::error(results.1.as_ref().err()));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
