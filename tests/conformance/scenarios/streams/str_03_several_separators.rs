//! STR-03: of several separators the match that ends first wins.

use std::io::Write;

use asyncio::Result;

use crate::{net, py};

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"one;two\r\nthree\nfour--five-six")?;
    for _ in 0..3 {
        let line = reader.readuntil((b"\r\n", b"\n", b";")).await?;
        println!("{}", net::show(line));
    }
    println!("{}", net::show(reader.readuntil((b"--", b"-")).await?));
    println!("{}", net::show(reader.readuntil((b"-f", b"-five")).await?));
    let rest = reader.readuntil((b"five-", b"ve-s", b"x")).await?;
    println!("{}", net::show(rest));
    let none: &[&[u8]] = &[];
    if let Err(e) = reader.readuntil(none).await {
        println!("{}", py::error(&e));
    }
    if let Err(e) = reader.readuntil((b"x", b"")).await {
        println!("{}", py::error(&e));
    }
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
