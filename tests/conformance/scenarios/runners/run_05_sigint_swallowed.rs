//! RUN-05: when main swallows the cancellation by Ctrl-C, run() returns as usual.

use asyncio::Result;

use crate::py;

async fn program() -> Result<&'static str> {
    py::interrupt()?;
    match asyncio::sleep(10).await {
        Err(e) if e.is_cancelled() => {
            println!("swallowed, cancelling {}", py::current_task()?.cancelling());
        }
        other => other?,
    }
    asyncio::sleep(0).await?;
    Ok("value")
}

pub fn main() -> Result<()> {
    println!("result {}", asyncio::run(program())?);
    Ok(())
}
