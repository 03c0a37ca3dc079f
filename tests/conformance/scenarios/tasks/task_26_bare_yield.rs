//! TASK-26: sleep(0) lets everything run that is already queued, once.

use asyncio::Result;

async fn body(name: &'static str) -> Result<()> {
    for step in 0..3 {
        println!("{name} {step}");
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let first = asyncio::create_task(body("first"));
    let second = asyncio::create_task(body("second"));
    event_loop.call_soon(|| println!("callback"));
    for step in 0..4 {
        println!("main {step}");
        asyncio::sleep(0).await?;
        event_loop.call_soon(move || println!("callback of main {step}"));
    }
    println!("done {}", first.done() && second.done());
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
