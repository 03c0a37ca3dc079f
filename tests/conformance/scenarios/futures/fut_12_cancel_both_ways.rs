//! FUT-12: cancelling either end of wrap_future cancels the other.

use asyncio::concurrent;
use asyncio::{Future, Result};

fn show(name: &str, source: &concurrent::Future<&'static str>, wrapped: &Future<&'static str>) {
    println!(
        "{name} source {} wrapped {}",
        source.cancelled(),
        wrapped.cancelled()
    );
}

async fn program() -> Result<()> {
    let source = concurrent::Future::new();
    let wrapped = asyncio::wrap_future(&source)?;
    println!("cancel the wrapped one {}", wrapped.cancel());
    show("at once", &source, &wrapped);
    asyncio::sleep(0).await?;
    show("a pass later", &source, &wrapped);

    let source = concurrent::Future::new();
    let wrapped = asyncio::wrap_future(&source)?;
    println!("cancel the source {}", source.cancel());
    show("at once", &source, &wrapped);
    asyncio::sleep(0).await?;
    show("a pass later", &source, &wrapped);

    let source = concurrent::Future::new();
    source.set_running_or_notify_cancel()?;
    let wrapped = asyncio::wrap_future(&source)?;
    println!("cancel while the source runs {}", wrapped.cancel());
    asyncio::sleep(0).await?;
    show("a pass later", &source, &wrapped);
    source.set_result("dropped")?;
    asyncio::sleep(0).await?;
    println!("source has {}", source.result(None)?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
