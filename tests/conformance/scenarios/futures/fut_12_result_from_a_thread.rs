//! FUT-12: wrap_future brings the outcome of a concurrent future over from another thread.

use std::thread;

use asyncio::{Result, ValueError, concurrent};

use crate::py;

type Source = concurrent::Future<&'static str>;

async fn from_thread(name: &str, action: fn(&Source) -> Result<()>) -> Result<()> {
    let source = Source::new();
    let wrapped = asyncio::wrap_future(&source)?;
    let thread = thread::spawn({
        let source = source.clone();
        move || action(&source)
    });
    thread.join().expect("the thread does not panic")?;
    println!(
        "{name} source done {} wrapped done {}",
        source.done(),
        wrapped.done()
    );
    match wrapped.await {
        Ok(value) => println!("{name} {value}"),
        Err(e) => println!("{name} raises {}", py::err(&e)),
    }
    Ok(())
}

async fn program() -> Result<()> {
    from_thread("result", |source| Ok(source.set_result("value")?)).await?;
    let error = |source: &Source| Ok(source.set_exception(ValueError::with_message("boom"))?);
    from_thread("exception", error).await?;
    from_thread("cancel", |source| {
        source.cancel();
        Ok(())
    })
    .await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
