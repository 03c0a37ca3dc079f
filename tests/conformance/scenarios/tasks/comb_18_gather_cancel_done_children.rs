//! COMB-18: gather().cancel() returns False when no child could be cancelled.

use asyncio::Result;

async fn quick() -> Result<i32> {
    Ok(1)
}

async fn program() -> Result<()> {
    let first = asyncio::create_task(quick());
    let second = asyncio::create_task(quick());
    let outer = asyncio::gather([&first, &second]).future();
    asyncio::sleep(0).await?;
    println!("children done {}", first.done() && second.done());
    println!("outer done {}", outer.done());
    println!("cancel {}", outer.cancel());
    println!("results {}", (&outer).await?.iter().sum::<i32>());
    println!("cancel again {}", outer.cancel());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
