//! STR-09: at_eof() is true once the end was received and the buffer is empty.

use std::io::Write;

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    println!("open {}", reader.at_eof());
    peer.write_all(b"ab")?;
    let first = reader.readexactly(1).await?;
    println!("{} {}", net::show(first), reader.at_eof());
    drop(peer);
    println!("{}", net::show(reader.readexactly(1).await?));
    let end = reader.read(1).await?;
    println!("{} {}", net::show(end), reader.at_eof());
    writer.close();
    writer.wait_closed().await?;

    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"ab")?;
    drop(peer);
    let rest = reader.read_to_end().await?;
    println!("{} {}", net::show(rest), reader.at_eof());
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
