//! SRV-08: create_connection() needs an address or a stream socket, not both.

use std::net::UdpSocket;

use asyncio::Result;
use asyncio::prelude::*;
use socket2::{Domain, Socket, Type};

use crate::net::HOST;
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    if let Err(e) = event_loop.create_connection(|| (), None, None).await {
        println!("{}", py::error(&e));
    }
    let sock = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let both = event_loop.create_connection(|| (), HOST, 1).sock(sock);
    if let Err(e) = both.await {
        println!("{}", py::error(&e));
    }
    let datagram = UdpSocket::bind((HOST, 0))?;
    let connecting = event_loop.create_connection(|| (), None, None);
    if let Err(e) = connecting.sock(datagram).await {
        let expected = "A Stream Socket was expected, got ";
        println!("{} {}", e.type_name(), e.to_string().starts_with(expected));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
