//! SRV-06: create_server() needs an address or a stream socket, not both.

use std::net::{TcpListener, UdpSocket};

use asyncio::Result;
use asyncio::prelude::*;

use crate::net::HOST;
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    if let Err(e) = event_loop.create_server(|| (), None, None).await {
        println!("{}", py::error(&e));
    }
    let listener = TcpListener::bind((HOST, 0))?;
    let both = event_loop.create_server(|| (), HOST, 0).sock(listener);
    if let Err(e) = both.await {
        println!("{}", py::error(&e));
    }
    let datagram = UdpSocket::bind((HOST, 0))?;
    let server = event_loop.create_server(|| (), None, None).sock(datagram);
    if let Err(e) = server.await {
        let expected = "A Stream Socket was expected, got ";
        println!("{} {}", e.type_name(), e.to_string().starts_with(expected));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
