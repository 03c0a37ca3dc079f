//! STR-02: the limit counts the data before the separator, and what was too long stays in the buffer.

use std::io::Write;

use asyncio::{LimitOverrunError, Result, StreamReader};

use crate::{net, py};

async fn overrun(reader: &mut StreamReader, separator: &str) {
    if let Err(error) = reader.readuntil(separator).await
        && let Some(e) = error.downcast_ref::<LimitOverrunError>()
    {
        println!("{} consumed {}", py::error(&error), e.consumed);
    }
}

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream_with_limit(5).await?;
    peer.write_all(b"12345\n")?;
    println!("{}", net::show(reader.readuntil(b"\n").await?));
    peer.write_all(b"123456\n")?;
    overrun(&mut reader, "\n").await;
    println!("{}", net::show(reader.readexactly(7).await?));
    peer.write_all(b"no separator")?;
    overrun(&mut reader, "\n").await;
    overrun(&mut reader, "????").await;
    println!("{}", net::show(reader.readexactly(12).await?));
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
