//! SRV-04: close() ends a running serve_forever() with CancelledError.

use asyncio::Result;
use asyncio::prelude::*;

use crate::net::HOST;
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop.create_server(|| (), HOST, 0).await?;
    let ours = server.clone();
    let serving = asyncio::create_task(async move { ours.serve_forever().await });
    asyncio::sleep(0).await?;
    server.close();
    if let Err(e) = (&serving).await {
        println!("{} cancelling {}", py::error(&e), serving.cancelling());
    }
    println!("serving {}", server.is_serving());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
