//! STR-02: readuntil() returns the data with its separator, across pieces that arrive apart.

use std::io::Write;

use asyncio::Result;

use crate::{net, py};

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    let reading = asyncio::create_task(async move {
        let data = reader.readuntil(b"END").await?;
        Ok((reader, data))
    });
    for piece in ["first E", "N", "Dsecond|th", "ird|"] {
        peer.write_all(piece.as_bytes())?;
        asyncio::sleep(0.005).await?;
    }
    let (mut reader, data) = reading.await?;
    println!("{}", net::show(data));
    println!("{}", net::show(reader.readuntil(b"|").await?));
    println!("{}", net::show(reader.readuntil(b"|").await?));
    if let Err(e) = reader.readuntil(b"").await {
        println!("{}", py::error(&e));
    }
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
