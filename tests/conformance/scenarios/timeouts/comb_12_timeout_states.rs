//! COMB-12: how a timeout shows its state.

use asyncio::{Result, Timeout};

async fn program() -> Result<()> {
    let scope = Timeout::after(None);
    println!("{scope:?}");
    scope.enter(async |scope| Ok(println!("{scope:?}"))).await?;
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
