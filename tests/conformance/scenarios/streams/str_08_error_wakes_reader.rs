//! STR-08: a connection error wakes the reader that waits.

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, peer) = net::open_stream().await?;
    let reading = asyncio::create_task(async move { reader.readline().await });
    asyncio::sleep(0).await?;
    net::reset(peer)?;
    if let Err(e) = reading.await {
        println!("{}", e.type_name());
    }
    writer.close();
    if let Err(e) = writer.wait_closed().await {
        println!("wait_closed {}", e.type_name());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
