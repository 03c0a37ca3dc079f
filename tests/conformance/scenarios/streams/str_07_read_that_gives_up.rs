//! STR-07: a read that gives up waiting makes room for the next one.

use std::io::Write;

use asyncio::{Result, TimeoutError};

use crate::net;

async fn attempt<T>(name: &str, read: impl Future<Output = Result<T>>) {
    if let Err(e) = asyncio::wait_for(read, 0.001).await
        && e.is::<TimeoutError>()
    {
        println!("{name} gave up");
    }
}

async fn program() -> Result<()> {
    let (mut reader, mut writer, mut peer) = net::open_stream().await?;
    attempt("read", reader.read(10)).await;
    attempt("readexactly", reader.readexactly(10)).await;
    attempt("readuntil", reader.readuntil(b"|")).await;
    attempt("readline", reader.readline()).await;
    attempt("read to the end", reader.read_to_end()).await;
    peer.write_all(b"data")?;
    println!("{}", net::show(reader.read(10).await?));
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
