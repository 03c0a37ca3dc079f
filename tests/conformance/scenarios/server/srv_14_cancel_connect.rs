//! SRV-14: cancelling a connect closes its socket.

use std::net::TcpListener;

use asyncio::Result;
use asyncio::prelude::*;

use crate::net::{self, HOST};
use crate::py;

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    let before = net::count_descriptors()?;
    let connecting = event_loop.create_connection(|| (), HOST, port);
    let task = asyncio::create_task(connecting.into_future());
    asyncio::sleep(0).await?;
    let descriptors = net::count_descriptors()? - before;
    println!("connecting {} descriptors {descriptors}", !task.done());
    task.cancel_with("stop");
    if let Err(e) = task.await {
        println!("{}", py::error(&e));
    }
    println!("descriptors {}", net::count_descriptors()? - before);
    let (peer, _) = listener.accept()?;
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
