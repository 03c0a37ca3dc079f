//! STR-04: a line over the limit is a ValueError, and that line is discarded.

use std::io::Write;

use asyncio::Result;

use crate::{net, py};

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream_with_limit(5).await?;
    peer.write_all(b"too long\nnext\n")?;
    if let Err(e) = reader.readline().await {
        println!("{}", py::error(&e));
    }
    println!("{}", net::show(reader.readline().await?));
    peer.write_all(b"without an end")?;
    if let Err(e) = reader.readline().await {
        println!("{}", py::error(&e));
    }
    peer.write_all(b"new\n")?;
    println!("{}", net::show(reader.readline().await?));
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
