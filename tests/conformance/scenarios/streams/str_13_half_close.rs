//! STR-13: after the peer's end of file the stream can still write.

use std::io::Write;
use std::net::Shutdown;

use asyncio::Result;

use crate::net;

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    peer.write_all(b"question")?;
    peer.shutdown(Shutdown::Write)?;
    println!("{}", net::show(reader.read_to_end().await?));
    println!("at_eof {} closing {}", reader.at_eof(), writer.is_closing());
    writer.write(b"answer");
    writer.drain().await?;
    println!("{}", net::show(net::recv(&peer, 6)?));
    println!("can_write_eof {}", writer.can_write_eof());
    writer.write_eof();
    println!("{}", net::show(net::recv(&peer, 1)?));
    println!("closing {}", writer.is_closing());
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
