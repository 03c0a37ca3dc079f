//! COMB-14: two timeouts that expire in one tick both convert, from the inside out.

use std::thread;
use std::time::Duration;

use asyncio::{Result, Timeout};

use crate::py;

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let ended = asyncio::timeout(0.01, async |outer| {
        let inner = Timeout::after(0.03);
        let ended = inner.enter(async |_| {
            thread::sleep(Duration::from_millis(60));
            asyncio::sleep(1).await
        });
        let ended = ended.await;
        if let Err(e) = &ended {
            println!("inner {}", py::error(e));
        }
        println!(
            "expired {} {} cancelling {}",
            outer.expired(),
            inner.expired(),
            task.cancelling()
        );
        ended?;
        asyncio::sleep(0).await?;
        println!("not reached");
        Ok(())
    });
    if let Err(e) = ended.await {
        println!("outer {}", py::error(&e));
    }
    println!("cancelling {}", task.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
