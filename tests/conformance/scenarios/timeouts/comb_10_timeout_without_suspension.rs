//! COMB-10: a deadline that passes without a suspension is no error.

use std::thread;
use std::time::Duration;

use asyncio::{Result, Timeout};

use crate::py;

async fn program() -> Result<()> {
    let scope = Timeout::after(0.01);
    let ended = scope.enter(async |_| {
        thread::sleep(Duration::from_millis(30));
        println!("body done");
        Ok(())
    });
    ended.await?;
    println!("expired {}", scope.expired());
    asyncio::sleep(0.02).await?;
    println!("cancelling {}", py::current_task()?.cancelling());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
