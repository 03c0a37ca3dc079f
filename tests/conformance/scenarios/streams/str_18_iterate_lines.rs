//! STR-18: iterating over a reader gives its lines and stops at the end.

use std::io::Write;

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"first\n\nlast without newline")?;
    drop(peer);
    while let Some(line) = reader.next().await {
        println!("{}", net::show(line?));
    }
    println!("at_eof {}", reader.at_eof());
    while reader.next().await.is_some() {
        println!("not reached");
    }
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
