//! SRV-08: addresses are tried in order; if all fail their errors are joined into one.

use std::io;
use std::net::TcpListener;

use asyncio::Result;
use asyncio::prelude::*;

use crate::net::{self, HOST};
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    // no host means both loopback addresses, IPv6 first; nobody listens there
    let (transport, _) = event_loop.create_connection(|| (), None, port).await?;
    let peername = transport.get_extra_info().peername();
    println!("connected to {}", peername.expect("it is known").ip());
    transport.close();
    asyncio::sleep(0).await?;
    drop(listener);

    let (_closed, port) = net::deaf_socket()?;
    let connecting = event_loop.create_connection(|| (), None, port);
    if let Err(e) = connecting.await {
        let text = e.to_string();
        let errno = e
            .downcast_ref::<io::Error>()
            .and_then(io::Error::raw_os_error);
        let errno = errno.map_or("none", |_| "some");
        println!("{} errno {errno}", e.type_name());
        println!("starts {}", text.starts_with("Multiple exceptions: "));
        println!("names both {}", net::says(&e, &["::1", "127.0.0.1"]));
        println!("in order {}", text.find("::1") < text.find("127.0.0.1"));
    }
    let connecting = event_loop.create_connection(|| (), None, port);
    if let Err(e) = connecting.all_errors().await {
        println!("{}", py::error(&e));
        println!("of the group {}", py::members(&e).len());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
