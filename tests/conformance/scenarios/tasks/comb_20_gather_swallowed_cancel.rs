//! COMB-20: gather() that was cancelled raises CancelledError even if its children swallow it.

use asyncio::{Future, Result};

use crate::py;

async fn stubborn(name: &'static str) -> Result<&'static str> {
    if asyncio::sleep(1).await.is_err() {
        println!("{name} swallows");
    }
    Ok(name)
}

async fn attempt<R: 'static>(title: &str, outer: Future<R>) -> Result<()> {
    asyncio::sleep(0).await?;
    outer.cancel_with("stop");
    match outer.clone().await {
        Ok(_) => println!("never"),
        Err(e) => println!("{title} {}", py::error(&e)),
    }
    println!("{title} cancelled() {}", outer.cancelled());
    Ok(())
}

async fn program() -> Result<()> {
    let outer = asyncio::gather([stubborn("a"), stubborn("b")]);
    attempt("plain", outer.future()).await?;
    let outer = asyncio::gather([stubborn("a"), stubborn("b")]).return_exceptions();
    attempt("return_exceptions", outer.future()).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
