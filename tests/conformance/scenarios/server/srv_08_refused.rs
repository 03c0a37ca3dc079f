//! SRV-08: one address that refuses is raised as it is; all_errors gives a group.

use asyncio::prelude::*;
use asyncio::{Error, Result};

use crate::net::{self, HOST};
use crate::py;

fn names(error: &Error, port: u16) -> String {
    let named = net::says(error, &[HOST, &port.to_string()]);
    format!("{} names the address {named}", error.type_name())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    // bound but not listening, so that a connection is refused
    let (_closed, port) = net::deaf_socket()?;
    let connecting = event_loop.create_connection(|| (), HOST, port);
    if let Err(e) = connecting.await {
        println!("{}", names(&e, port));
    }
    let connecting = event_loop.create_connection(|| (), HOST, port);
    if let Err(e) = connecting.all_errors().await {
        println!("{}", py::error(&e));
        println!("{}", names(&py::members(&e)[0], port));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
