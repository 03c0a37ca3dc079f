//! FUT-12: cancelling either end of wrap_future cancels the other.

use asyncio::{concurrent, sleep, wrap_future};

fn show(name: &str, source: &concurrent::Future<&'static str>, wrapped: &asyncio::Future<&'static str>) {
    println!("{name} source {} wrapped {}", source.cancelled(), wrapped.cancelled());
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(async {
        let source = concurrent::Future::new();
        let wrapped = wrap_future(&source)?;
        println!("cancel the wrapped one {}", wrapped.cancel());
        show("at once", &source, &wrapped);
        sleep(0.0).await?;
        show("a pass later", &source, &wrapped);

        let source = concurrent::Future::new();
        let wrapped = wrap_future(&source)?;
        println!("cancel the source {}", source.cancel());
        show("at once", &source, &wrapped);
        sleep(0.0).await?;
        show("a pass later", &source, &wrapped);

        let source = concurrent::Future::new();
        source.set_running_or_notify_cancel()?;
        let wrapped = wrap_future(&source)?;
        println!("cancel while the source runs {}", wrapped.cancel());
        sleep(0.0).await?;
        show("a pass later", &source, &wrapped);
        source.set_result("dropped")?;
        sleep(0.0).await?;
        println!("source has {}", source.result(None)?);
        Ok(())
    })
}
