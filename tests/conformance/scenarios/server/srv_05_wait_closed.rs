//! SRV-05: wait_closed() waits until the server is closed and all connections are gone, in any order.

use asyncio::prelude::*;
use asyncio::{Future, Protocol, Result, Server, StreamWriter, Task, Transport};

use crate::net::HOST;

struct Side {
    made: Future<Transport>,
}

impl Protocol for Side {
    fn connection_made(&mut self, transport: Transport) {
        self.made.set_result(transport).unwrap();
    }
}

async fn pass_ticks() -> Result<()> {
    for _ in 0..10 {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn start() -> Result<(Server, StreamWriter, Transport, Task<()>)> {
    let event_loop = asyncio::get_running_loop()?;
    let made = event_loop.create_future();
    let factory = {
        let made = made.clone();
        move || Side { made: made.clone() }
    };
    let server = event_loop.create_server(factory, HOST, 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let (_reader, writer) = asyncio::open_connection(HOST, port).await?;
    let transport = made.await?;
    let ours = server.clone();
    let waiting = asyncio::create_task(async move { ours.wait_closed().await });
    pass_ticks().await?;
    println!("open, one connection: waiting {}", !waiting.done());
    Ok((server, writer, transport, waiting))
}

async fn program() -> Result<()> {
    let (server, mut writer, transport, waiting) = start().await?;
    server.close();
    pass_ticks().await?;
    println!("closed, one connection: waiting {}", !waiting.done());
    transport.close();
    waiting.await?;
    println!("both");
    writer.close();
    writer.wait_closed().await?;

    let (server, mut writer, transport, waiting) = start().await?;
    transport.close();
    pass_ticks().await?;
    println!("open, no connection: waiting {}", !waiting.done());
    server.close();
    waiting.await?;
    println!("both");
    server.wait_closed().await?;
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
