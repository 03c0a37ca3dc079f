//! A TCP echo server on streams.
//!
//!     cargo run --example tcp_echo_server                     # serves one client of its own, and ends
//!     cargo run --example tcp_echo_server -- 127.0.0.1:8888   # serves until Ctrl-C
//!
//! To talk to it: `cargo run --example tcp_echo_client -- 127.0.0.1:8888`, or `nc 127.0.0.1 8888`.

use std::net::SocketAddr;

use asyncio::{Server, StreamReader, StreamWriter};

/// Serves one connection. It runs as a task of its own, so the others are served meanwhile.
async fn echo(mut reader: StreamReader, mut writer: StreamWriter) -> asyncio::Result<()> {
    let peer = writer.get_extra_info().peername();
    loop {
        // As much as has arrived, 64 KiB at most. Nothing means that the client will send no more.
        let data = reader.read(1 << 16).await?;
        if data.is_empty() {
            break;
        }
        writer.write(&data);
        // Waits while the client does not take its data, so that it does not pile up here.
        writer.drain().await?;
    }
    println!(
        "{} has gone",
        peer.map_or("a client".into(), |peer| peer.to_string())
    );
    writer.close();
    writer.wait_closed().await
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    match std::env::args().nth(1) {
        Some(address) => serve(address.parse()?).await,
        None => demonstrate().await,
    }
}

async fn serve(address: SocketAddr) -> asyncio::Result<()> {
    let server = asyncio::start_server(echo, address.ip().to_string(), address.port()).await?;
    println!("serving on {}", address_of(&server)?);
    // Ctrl-C cancels `main`, and with it this wait. Connections are closed on the way out.
    server.serve_forever().await
}

async fn demonstrate() -> asyncio::Result<()> {
    // Port 0 lets the system choose one.
    let server = asyncio::start_server(echo, "127.0.0.1", 0).await?;
    let address = address_of(&server)?;
    let (mut reader, mut writer) = asyncio::open_connection("127.0.0.1", address.port()).await?;
    writer.write(b"Is there anybody out there?\n");
    println!("the server says {:?}", reader.readline().await?);
    writer.close();
    writer.wait_closed().await?;
    server.close();
    server.wait_closed().await
}

fn address_of(server: &Server) -> asyncio::Result<SocketAddr> {
    Ok(server.sockets()[0].local_addr()?)
}
