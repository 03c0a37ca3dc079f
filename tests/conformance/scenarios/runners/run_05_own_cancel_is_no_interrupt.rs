//! RUN-05: main cancelled by anything but Ctrl-C ends run() with CancelledError.

use asyncio::Result;

use crate::py;

async fn program() -> Result<()> {
    let task = py::current_task()?;
    asyncio::get_running_loop()?.call_soon(move || task.cancel_with("by a callback"));
    asyncio::sleep(10).await
}

pub fn main() -> Result<()> {
    match asyncio::run(program()) {
        Err(e) if e.is_cancelled() => println!("caught {} {}", e.type_name(), py::text(&e)),
        other => other?,
    }
    Ok(())
}
