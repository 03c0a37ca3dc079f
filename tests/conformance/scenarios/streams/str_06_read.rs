//! STR-06: read(n) returns what is there up to n, read(-1) everything, read(0) nothing without waiting.

use std::io::Write;

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    println!("nothing asked {}", net::show(reader.read(0).await?));
    peer.write_all(b"hello world")?;
    println!("{}", net::show(reader.read(5).await?));
    println!("{}", net::show(reader.read(100).await?));
    let reading = asyncio::create_task(async move {
        let data = reader.read_to_end().await?;
        Ok((reader, data))
    });
    for piece in ["all ", "of ", "it"] {
        peer.write_all(piece.as_bytes())?;
        asyncio::sleep(0.005).await?;
    }
    println!("waiting for the end {}", !reading.done());
    drop(peer);
    let (mut reader, data) = reading.await?;
    println!("{}", net::show(data));
    let (rest, more) = (reader.read_to_end().await?, reader.read(5).await?);
    println!("{} {}", net::show(rest), net::show(more));
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
