//! STR-01: the reader pauses the transport above twice its limit and resumes it at the limit.

use std::io::Write;

use asyncio::{Result, StreamWriter};

use crate::net;

async fn until_paused(writer: &StreamWriter) -> Result<()> {
    while writer.transport().is_reading() {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream_with_limit(10).await?;
    let transport = writer.transport();
    peer.write_all(&[b'x'; 20])?;
    println!("{} byte", reader.read(1).await?.len());
    println!("19 bytes left: reading {}", transport.is_reading());
    peer.write_all(b"yy")?;
    until_paused(&writer).await?;
    println!("21 bytes: reading {}", transport.is_reading());
    println!("{} bytes", reader.read(10).await?.len());
    println!("11 bytes left: reading {}", transport.is_reading());
    println!("{} byte", reader.read(1).await?.len());
    println!("10 bytes left: reading {}", transport.is_reading());
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
