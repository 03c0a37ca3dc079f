//! STR-02: at the end of file readuntil() gives the whole buffer as partial and empties it.

use std::io::Write;

use asyncio::{IncompleteReadError, Result};

use crate::{net, py};

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"line\nrest")?;
    drop(peer);
    println!("{}", net::show(reader.readuntil(b"\n").await?));
    let ended = reader.readuntil(b"\n").await.expect_err("at the end");
    println!("{}", py::error(&ended));
    if let Some(e) = ended.downcast_ref::<IncompleteReadError>() {
        let expected = e.expected.map_or("none".into(), |count| count.to_string());
        println!("{} expected {expected}", net::show(&e.partial));
    }
    println!("at_eof {}", reader.at_eof());
    let ended = reader.readuntil(b"\n").await.expect_err("at the end");
    println!("{}", py::error(&ended));
    if let Some(e) = ended.downcast_ref::<IncompleteReadError>() {
        println!("{}", net::show(&e.partial));
    }
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
