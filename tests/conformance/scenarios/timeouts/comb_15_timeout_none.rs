//! COMB-15: timeout(None) never fires until it is armed.

use asyncio::{Result, Timeout};

use crate::py;

fn show_when(scope: &Timeout) {
    let when = if scope.when().is_none() {
        "none"
    } else {
        "some"
    };
    println!("when {when}");
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let scope = Timeout::after(None);
    let ended = scope.enter(async |scope| {
        show_when(scope);
        asyncio::sleep(0.01).await
    });
    ended.await?;
    println!("expired {}", scope.expired());

    let ended = asyncio::timeout(None, async |scope| {
        scope.reschedule(event_loop.time() + 0.01)?;
        show_when(scope);
        asyncio::sleep(1).await
    });
    if let Err(e) = ended.await {
        println!("{}", py::error(&e));
    }

    let scope = Timeout::after(0.01);
    let ended = scope.enter(async |scope| {
        scope.reschedule(None)?;
        show_when(scope);
        asyncio::sleep(0.03).await
    });
    ended.await?;
    println!("expired {}", scope.expired());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
