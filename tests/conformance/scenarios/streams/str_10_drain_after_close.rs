//! STR-10: drain() raises after the connection was closed, and lets connection_lost() run first.

use asyncio::Result;

use crate::net;
use crate::py::{self, Lines};

async fn program() -> Result<()> {
    let (_reader, mut writer, peer) = net::open_stream().await?;
    let log = Lines::default();
    writer.close();
    asyncio::get_running_loop()?.call_soon(log.appender("callback"));
    if let Err(e) = writer.drain().await {
        println!("{}", py::error(&e));
    }
    println!("{}", log.join(", "));
    if let Err(e) = writer.drain().await {
        println!("{}", py::error(&e));
    }
    writer.wait_closed().await?;
    drop(peer);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
