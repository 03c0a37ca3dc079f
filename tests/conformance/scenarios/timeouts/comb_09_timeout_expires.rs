//! COMB-09: an expired timeout() cancels its task once and turns that into TimeoutError.

use asyncio::{Result, Timeout};

use crate::py;

async fn program() -> Result<()> {
    let task = py::current_task()?;
    let scope = Timeout::after(0.01);
    let ended = scope.enter(async |scope| {
        println!("expired {}", scope.expired());
        asyncio::sleep(1).await.inspect_err(|e| {
            println!("body: {}", py::error(e));
            println!(
                "expired {} cancelling {}",
                scope.expired(),
                task.cancelling()
            );
        })
    });
    if let Err(e) = ended.await {
        println!("{} from {}", py::error(&e), py::error(e.cause()));
    }
    println!(
        "expired {} cancelling {}",
        scope.expired(),
        task.cancelling()
    );

    let scope = Timeout::after(0.01);
    let ended = scope.enter(async |_| {
        if asyncio::sleep(1).await.is_err() {
            println!("swallowed");
        }
        asyncio::sleep(0.02).await?;
        println!("cancelled only once");
        Ok(())
    });
    ended.await?;
    println!(
        "no error, expired {} cancelling {}",
        scope.expired(),
        task.cancelling()
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
