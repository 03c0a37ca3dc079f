//! COMB-23: as_completed() as a plain iterator yields awaitables of the results in order of completion.

use asyncio::{Result, Task, ValueError};

use crate::py;

async fn work(name: &'static str, steps: usize) -> Result<&'static str> {
    for _ in 0..steps {
        asyncio::sleep(0).await?;
    }
    if name == "bad" {
        return Err(ValueError::with_message(name).into());
    }
    Ok(name)
}

async fn program() -> Result<()> {
    let slow = asyncio::create_task(work("slow", 8));
    let aws = [
        asyncio::ensure_future(slow.clone()),
        asyncio::ensure_future(work("bad", 4)),
        asyncio::ensure_future(work("fast", 0)),
        asyncio::ensure_future(slow),
    ];
    let mut count = 0;
    for earliest in asyncio::as_completed(aws) {
        count += 1;
        match earliest.await {
            Ok(name) => println!("{name}"),
            Err(e) => println!("{}", py::error(&e)),
        }
    }
    println!("yielded {count}");
    let empty: [Task<()>; 0] = [];
    println!("empty {}", asyncio::as_completed(empty).into_iter().count());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
