//! A program that ends in the way that its argument names: a process of its own for the tests of
//! `#[asyncio::main]`.

use std::process::ExitCode;

use asyncio::{KeyboardInterrupt, SystemExit, ValueError};

fn main() -> asyncio::Result<ExitCode> {
    let way = std::env::args().nth(1).unwrap_or_default();
    match way.as_str() {
        "value" => return Ok(value()),
        "nothing" => nothing(),
        "panic" => panics(),
        "panic with a result" => panics_with_a_result()?,
        "panic of a task" => passes_on_a_panic()?,
        "interrupted" => interrupted()?,
        "waits" => waits()?,
        "error" => error()?,
        "exit" => exits()?,
        _ => return Err(ValueError::with_message("this is no way to end").into()),
    }
    Ok(ExitCode::SUCCESS)
}

#[asyncio::main]
async fn value() -> ExitCode {
    ExitCode::from(3)
}

#[asyncio::main]
async fn nothing() {
    println!("nothing to report");
}

#[asyncio::main]
async fn panics() {
    panic!("on purpose");
}

#[asyncio::main]
async fn panics_with_a_result() -> asyncio::Result<()> {
    panic!("on purpose")
}

#[asyncio::main]
async fn passes_on_a_panic() -> asyncio::Result<()> {
    asyncio::create_task::<(), _>(async { panic!("on purpose") }).await
}

/// In the middle of a line.
#[asyncio::main]
async fn interrupted() -> asyncio::Result<()> {
    print!("cut ");
    Err(KeyboardInterrupt::new().into())
}

/// Says when it is ready for Ctrl-C, and passes the cancellation on.
#[asyncio::main]
async fn waits() -> asyncio::Result<()> {
    println!("waiting");
    let slept = asyncio::sleep(3600.0).await;
    println!("cleaned up");
    slept
}

#[asyncio::main]
async fn error() -> asyncio::Result<()> {
    Ok("seven".parse::<u8>().map(drop)?)
}

#[asyncio::main]
async fn exits() -> asyncio::Result<()> {
    Err(SystemExit { code: 5 }.into())
}
