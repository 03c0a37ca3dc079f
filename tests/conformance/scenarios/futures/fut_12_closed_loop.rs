//! FUT-12: a result for a loop that is closed by then is dropped without a word.

use asyncio::{concurrent, new_event_loop, set_event_loop, wrap_future};

pub fn main() -> asyncio::Result<()> {
    let event_loop = new_event_loop()?;
    let source = concurrent::Future::new();
    set_event_loop(Some(event_loop.clone()));
    let wrapped = wrap_future(&source)?;
    event_loop.close()?;
    source.set_result("value")?;
    println!("source {}", source.result(None)?);
    println!("wrapped done {}", wrapped.done());
    set_event_loop(None);
    Ok(())
}
