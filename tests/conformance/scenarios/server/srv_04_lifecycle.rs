//! SRV-04: start_serving() may be repeated, close() empties sockets and may be repeated.

use asyncio::prelude::*;
use asyncio::{Result, Server};

use crate::net::HOST;

fn show(server: &Server) {
    let sockets = server.sockets().len();
    println!("serving {} sockets {sockets}", server.is_serving());
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop.create_server(|| (), HOST, 0);
    let server = server.start_serving(false).await?;
    show(&server);
    server.start_serving().await?;
    server.start_serving().await?;
    show(&server);
    server.close();
    show(&server);
    server.close();
    server.wait_closed().await?;
    server.wait_closed().await?;
    println!("closed");
    if let Err(e) = server.serve_forever().await {
        let closed = e.to_string().ends_with(" is closed");
        println!("{} {closed}", e.type_name());
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
