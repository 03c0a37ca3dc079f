//! STR-05: readexactly() reads beyond the limit, and tells what is missing at the end of file.

use std::io::Write;

use asyncio::{IncompleteReadError, Result};

use crate::{net, py};

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream_with_limit(10).await?;
    peer.write_all(&[b'x'; 100])?;
    println!("{} bytes", reader.readexactly(100).await?.len());
    println!("{}", net::show(reader.readexactly(0).await?));
    peer.write_all(b"short")?;
    drop(peer);
    let ended = reader.readexactly(8).await.expect_err("at the end");
    println!("{}", py::error(&ended));
    if let Some(e) = ended.downcast_ref::<IncompleteReadError>() {
        let expected = e.expected.map_or("none".into(), |count| count.to_string());
        println!("{} expected {expected}", net::show(&e.partial));
    }
    println!("at_eof {}", reader.at_eof());
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
