//! SRV-06: any other error of bind() names the address, and closes what was bound before.

use std::io::{self, ErrorKind};
use std::net::TcpListener;

use asyncio::prelude::*;
use asyncio::{Error, Hosts, Result};

use crate::net::{self, HOST};

fn is_in_use(error: &Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::AddrInUse)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let taken = TcpListener::bind((HOST, 0))?;
    let port = taken.local_addr()?.port();
    let before = net::count_descriptors()?;
    for hosts in [Hosts::from(HOST), Hosts::from(["127.0.0.2", HOST])] {
        if let Err(e) = event_loop.create_server(|| (), hosts, port).await {
            println!("EADDRINUSE {}", is_in_use(&e));
            let attempt = "error while attempting to bind on address";
            println!("names the attempt {}", net::says(&e, &[attempt]));
            let address = [HOST, &port.to_string()];
            println!("names the address {}", net::says(&e, &address));
            let reason = "address already in use";
            println!("names the reason {}", net::says(&e, &[reason]));
        }
    }
    println!(
        "descriptors left over {}",
        net::count_descriptors()? - before
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
