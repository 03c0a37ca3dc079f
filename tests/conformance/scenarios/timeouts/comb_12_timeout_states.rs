//! COMB-12: how a timeout shows its state.

use asyncio::{Result, Timeout};

async fn program() -> Result<()> {
    let scope = Timeout::after(None);
    println!("{scope:?}");
    let ended = scope.enter(async |scope| {
        println!("{scope:?}");
        Ok(())
    });
    ended.await?;
    println!("{scope:?}");
    let scope = Timeout::after(0);
    let ended = scope.enter(async |scope| {
        let slept = asyncio::sleep(1).await;
        println!("{scope:?}");
        slept
    });
    if ended.await.is_err() {
        println!("{scope:?}");
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
