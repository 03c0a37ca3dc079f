//! SRV-10: local_addr is bound before connecting; an address that cannot be bound is named in the error.

use std::net::TcpListener;

use asyncio::Result;
use asyncio::prelude::*;

use crate::net::{self, HOST};
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    let connecting = || event_loop.create_connection(|| (), HOST, port);
    let (transport, _) = connecting().local_addr("127.0.0.2", 0).await?;
    let sockname = transport.get_extra_info().sockname();
    println!("local {}", sockname.expect("it is known").ip());
    let (peer, address) = listener.accept()?;
    println!("seen as {}", address.ip());
    transport.close();
    drop(peer);
    asyncio::sleep(0).await?;

    if let Err(e) = connecting().local_addr("192.0.2.1", 0).await {
        let attempt = "error while attempting to bind on address";
        let named = net::says(&e, &[attempt]);
        println!("{} names the attempt {named}", e.type_name());
        println!("names the address {}", net::says(&e, &["192.0.2.1"]));
        let reason = "cannot assign requested address";
        println!("names the reason {}", net::says(&e, &[reason]));
    }
    let all_errors = connecting().local_addr("192.0.2.1", 0).all_errors();
    if let Err(e) = all_errors.await {
        println!("{}", py::error(&e));
    }
    if let Err(e) = connecting().local_addr("::1", 0).await {
        let expected = "no matching local address with family=";
        println!("{} {}", e.type_name(), e.to_string().starts_with(expected));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
