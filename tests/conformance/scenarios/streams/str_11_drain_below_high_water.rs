//! STR-11: drain() returns at once below the high mark, it does not flush.

use asyncio::Result;

use crate::net;
use crate::py::Lines;

async fn program() -> Result<()> {
    let (_reader, mut writer, peer) = net::open_stream().await?;
    let transport = writer.transport();
    transport.set_write_buffer_limits(Some(1 << 30), None)?;
    net::fill(&transport);
    let log = Lines::default();
    asyncio::get_running_loop()?.call_soon(log.appender("callback"));
    writer.drain().await?;
    println!("callbacks that ran {}", log.len());
    println!("buffered {}", transport.get_write_buffer_size() > 0);
    transport.abort();
    writer.wait_closed().await?;
    drop(peer);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
