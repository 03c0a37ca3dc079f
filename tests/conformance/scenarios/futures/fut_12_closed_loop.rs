//! FUT-12: a result for a loop that is closed by then is dropped without a word.

use asyncio::{Result, concurrent};

pub fn main() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    asyncio::set_event_loop(Some(event_loop.clone()));
    let source = concurrent::Future::new();
    let wrapped = asyncio::wrap_future(&source)?;
    asyncio::set_event_loop(None);
    event_loop.close()?;
    source.set_result("value")?;
    println!("source {}", source.result(None)?);
    println!("wrapped done {}", wrapped.done());
    Ok(())
}
