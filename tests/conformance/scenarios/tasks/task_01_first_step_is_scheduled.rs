//! TASK-01: create_task only schedules the first step; bodies start in order of creation.

use asyncio::Result;

async fn body(name: &'static str) -> Result<&'static str> {
    println!("{name} starts");
    Ok(name)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.call_soon(|| println!("queued before"));
    let first = asyncio::create_task(body("first"));
    event_loop.call_soon(|| println!("queued between"));
    let second = asyncio::create_task(body("second"));
    println!("main has created both");
    asyncio::sleep(0).await?;
    println!("main goes on");
    println!("{} {}", second.await?, first.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
