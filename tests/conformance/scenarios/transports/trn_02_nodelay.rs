//! TRN-02: TCP_NODELAY is set on both sides of a TCP connection.

use asyncio::prelude::*;
use asyncio::{Future, Protocol, Result, Transport};

use crate::net::HOST;

struct Side {
    made: Future<Transport>,
}

impl Protocol for Side {
    fn connection_made(&mut self, transport: Transport) {
        self.made.set_result(transport).unwrap();
    }
}

fn nodelay(transport: &Transport) -> Result<bool> {
    let info = transport.get_extra_info();
    Ok(info.socket().expect("it has one").nodelay()?)
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let accepted = event_loop.create_future();
    let made = accepted.clone();
    let factory = move || Side { made: made.clone() };
    let server = event_loop.create_server(factory, HOST, 0).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let made = event_loop.create_future();
    let connecting = event_loop.create_connection(|| Side { made }, HOST, port);
    let (transport, _) = connecting.await?;
    println!("client {}", nodelay(&transport)?);
    println!("server {}", nodelay(&accepted.await?)?);
    transport.close();
    server.close();
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
