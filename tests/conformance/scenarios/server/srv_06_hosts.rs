//! SRV-06: one host, several hosts, a host twice, a host that this machine does not have.

use asyncio::prelude::*;
use asyncio::{Hosts, Result};

use crate::net;

async fn attempt(hosts: impl Into<Hosts>) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop.create_server(|| (), hosts, 0).await?;
    let mut hosts = Vec::new();
    for sock in server.sockets() {
        hosts.push(sock.local_addr()?.ip().to_string());
    }
    hosts.sort();
    println!("{} {}", hosts.len(), hosts.join(" "));
    server.close();
    server.wait_closed().await
}

async fn program() -> Result<()> {
    attempt("127.0.0.1").await?;
    attempt(["127.0.0.1", "127.0.0.2"]).await?;
    attempt(["127.0.0.1", "127.0.0.1"]).await?;
    attempt(["127.0.0.1", "192.0.2.1"]).await?;
    if let Err(e) = attempt("192.0.2.1").await {
        let text = e.to_string();
        let before = text.split(" [").next().unwrap_or_default();
        println!("{} {before}", e.type_name());
        println!("names the address {}", net::says(&e, &["192.0.2.1"]));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
