//! SRV-12: the socket is closed if the protocol factory raises.

use std::net::TcpListener;

use asyncio::prelude::*;
use asyncio::{Result, ValueError};

use crate::net::{self, HOST};
use crate::py;

fn factory() {
    asyncio::raise(ValueError::with_message("no protocol"));
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    if let Err(e) = event_loop.create_connection(factory, HOST, port).await {
        println!("{}", py::error(&e));
    }
    let (peer, _) = listener.accept()?;
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
