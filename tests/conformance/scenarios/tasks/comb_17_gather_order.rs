//! COMB-17: gather() gives results in the order of its arguments, whatever finishes first.

use asyncio::Result;

use crate::py;

async fn work(name: &'static str, steps: usize, log: py::Lines) -> Result<&'static str> {
    log.append(format!("start {name}"));
    for _ in 0..steps {
        asyncio::sleep(0).await?;
    }
    log.append(format!("end {name}"));
    Ok(name)
}

async fn program() -> Result<()> {
    let log = py::Lines::default();
    let outer = asyncio::gather([
        work("a", 3, log.clone()),
        work("b", 1, log.clone()),
        work("c", 2, log.clone()),
    ]);
    println!("started {}", log.len());
    println!("{}", outer.await?.join(" "));
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
