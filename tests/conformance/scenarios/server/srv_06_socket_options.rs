//! SRV-06: the options that create_server() sets on its sockets.

use asyncio::prelude::*;
use asyncio::{Result, Server};

use crate::net::HOST;

async fn attempt(title: &str, making: impl IntoFuture<Output = Result<Server>>) -> Result<Server> {
    let server = making.await?;
    let socket = &server.sockets()[0];
    let reuse_address = socket.reuse_address()?;
    let reuse_port = socket.reuse_port()?;
    let keep_alive = socket.keepalive()?;
    println!(
        "{title}: reuse_address {reuse_address} reuse_port {reuse_port} keep_alive {keep_alive}"
    );
    Ok(server)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let making = || event_loop.create_server(|| (), HOST, 0);
    let mut servers = vec![
        attempt("default", making()).await?,
        attempt("reuse_address off", making().reuse_address(false)).await?,
        attempt("keep_alive", making().keep_alive(true)).await?,
        attempt("reuse_port", making().reuse_port(true)).await?,
    ];
    let address = servers[3].sockets()[0].local_addr()?;
    let again = event_loop.create_server(|| (), HOST, address.port());
    servers.push(again.reuse_port(true).await?);
    let same = servers[4].sockets()[0].local_addr()? == address;
    println!("same port twice {same}");
    for server in servers {
        server.close();
        server.wait_closed().await?;
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
