//! STR-04: readline() returns lines, then what is left, then nothing.

use std::io::Write;

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"first\n\nthird\r\nlast")?;
    drop(peer);
    for _ in 0..6 {
        println!("{}", net::show(reader.readline().await?));
    }
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
