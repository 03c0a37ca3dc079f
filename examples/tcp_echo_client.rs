//! A TCP echo client on streams.
//!
//!     cargo run --example tcp_echo_client                     # talks to a server of its own
//!     cargo run --example tcp_echo_client -- 127.0.0.1:8888   # talks to the one there

use std::net::SocketAddr;

use asyncio::{IncompleteReadError, StreamReader, StreamWriter};

async fn talk(address: SocketAddr) -> asyncio::Result<()> {
    // Options stand between the call and the await.
    let connecting = asyncio::open_connection(address.ip().to_string(), address.port());
    let (mut reader, mut writer) = connecting.limit(1 << 12).await?;

    for line in ["to be\n", "or not to be\n"] {
        print!("sent      {line}");
        writer.write(line.as_bytes());
        writer.drain().await?;
        // A line with its end, or whatever there is if the connection ends before.
        print!(
            "received  {}",
            String::from_utf8_lossy(&reader.readline().await?)
        );
    }

    // Half a close: this side sends no more, and still receives.
    writer.write(b"that is");
    writer.write_eof();
    match reader.readexactly(100).await {
        Ok(data) => println!("received  {} bytes", data.len()),
        Err(error) => match error.downcast_ref::<IncompleteReadError>() {
            Some(incomplete) => println!("received  {:?} instead of 100 bytes", incomplete.partial),
            None => return Err(error),
        },
    }
    writer.close();
    writer.wait_closed().await
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    if let Some(address) = std::env::args().nth(1) {
        return talk(address.parse()?).await;
    }
    let server = asyncio::start_server(echo, "127.0.0.1", 0).await?;
    talk(server.sockets()[0].local_addr()?).await?;
    server.close();
    server.wait_closed().await
}

/// The little server; `tcp_echo_server.rs` explains it.
async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
    while let data = reader.read(1 << 16).await?
        && !data.is_empty()
    {
        writer.write(&data);
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}
