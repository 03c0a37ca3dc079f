//! COMB-17: a future given twice is awaited once and repeated; gather() of nothing is a done future.

use asyncio::Result;

async fn work(name: &'static str) -> Result<&'static str> {
    println!("run {name}");
    asyncio::sleep(0).await?;
    Ok(name)
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(work("one"));
    let other = asyncio::create_task(work("two"));
    let results = asyncio::gather([&task, &other, &task]).await?;
    println!("{}", results.join(" "));
    let empty = asyncio::gather(Vec::<asyncio::Task<()>>::new()).future();
    println!("empty done {}", empty.done());
    println!("empty {}", empty.await?.len());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
