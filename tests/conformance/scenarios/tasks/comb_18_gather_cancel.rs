//! COMB-18: cancelling gather() cancels every child; it ends with the first of them that ends cancelled.

use asyncio::{Future, Result, Task};

use crate::py;

async fn child(name: &'static str, steps: usize, log: py::Lines) -> Result<()> {
    if let Err(e) = asyncio::sleep(1).await {
        log.append(format!("{name} got {}", py::error(&e)));
        for _ in 0..steps {
            asyncio::sleep(0).await?;
        }
        log.append(format!("{name} cleaned up"));
        return Err(e);
    }
    Ok(())
}

async fn attempt<R: 'static>(gather: impl FnOnce([Task<()>; 2]) -> Future<R>) -> Result<()> {
    let log = py::Lines::default();
    let slow = asyncio::create_task(child("slow", 20, log.clone()));
    let quick = asyncio::create_task(child("quick", 0, log.clone()));
    let outer = gather([slow.clone(), quick.clone()]);
    asyncio::sleep(0).await?;
    println!("cancel {}", outer.cancel_with("stop"));
    println!("done at once {}", outer.done());
    if let Err(e) = outer.clone().await {
        log.append(format!("outer {}", py::error(&e)));
    }
    asyncio::wait([slow, quick]).await?;
    println!("{}", log.join("\n"));
    println!("outer cancelled() {}", outer.cancelled());
    Ok(())
}

async fn program() -> Result<()> {
    attempt(|tasks| asyncio::gather(tasks).future()).await?;
    println!("with return_exceptions, it ends after all of them");
    attempt(|tasks| asyncio::gather(tasks).return_exceptions().future()).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
