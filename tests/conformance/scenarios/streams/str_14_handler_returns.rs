//! STR-14: a handler that returns does not close its connection.

use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{Result, StreamReader, StreamWriter};

use crate::net::{self, HOST};

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let returned = event_loop.create_future();

    let kept = returned.clone();
    let serve = move |_reader: StreamReader, mut writer: StreamWriter| {
        let kept = kept.clone();
        async move {
            writer.write(b"hello");
            kept.set_result(writer)?;
            Ok(())
        }
    };

    let server = asyncio::start_server(serve, HOST, 0).await?;
    let peer = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    let mut writer = returned.await?;
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("closing {}", writer.is_closing());
    println!("peer reads {}", net::show(net::recv(&peer, 5)?));
    server.close();
    writer.close();
    writer.wait_closed().await?;
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
