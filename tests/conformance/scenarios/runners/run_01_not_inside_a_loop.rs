//! RUN-01: run() fails when a loop runs in this thread, and passes on what main raises.

use asyncio::{Result, Runner, RuntimeError, ValueError};

use crate::py;

async fn inner() -> Result<()> {
    println!("never");
    Ok(())
}

async fn program() -> Result<()> {
    match asyncio::run(inner()) {
        Err(e) if e.is::<RuntimeError>() => println!("run {}", py::err(&e)),
        other => other?,
    }
    let with_runner = Runner::new();
    match with_runner.run(inner()) {
        Err(e) if e.is::<RuntimeError>() => println!("Runner.run {}", py::err(&e)),
        other => other?,
    }
    with_runner.close()?;
    Err(ValueError::with_message("from main").into())
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is::<ValueError>() => println!("caught {}", py::err(&e)),
        other => other?,
    }
    Ok(())
}
