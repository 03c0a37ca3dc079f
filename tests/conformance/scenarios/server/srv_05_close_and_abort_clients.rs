//! SRV-05: close_clients() flushes the connections, abort_clients() drops what they have buffered.

use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result, Server, Transport};

use crate::net::{self, HOST};
use crate::py;

struct Side {
    made: Future<Transport>,
    lost: Future<Option<Error>>,
}

impl Protocol for Side {
    fn connection_made(&mut self, transport: Transport) {
        self.made.set_result(transport).unwrap();
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        self.lost.set_result(exc).unwrap();
    }
}

async fn attempt(end_clients: impl Fn(&Server)) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (made, lost) = (event_loop.create_future(), event_loop.create_future());
    let factory = {
        let (made, lost) = (made.clone(), lost.clone());
        move || Side {
            made: made.clone(),
            lost: lost.clone(),
        }
    };
    let server = event_loop.create_server(factory, HOST, 0).await?;
    let peer = TcpStream::connect(server.sockets()[0].local_addr()?)?;
    let transport = made.await?;
    let written = net::fill(&transport);
    end_clients(&server);
    let buffered = transport.get_write_buffer_size() > 0;
    println!("closing {} buffered {buffered}", transport.is_closing());
    println!("serving {}", server.is_serving());
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    println!("connection_lost {}", py::error(lost.await?.as_ref()));
    server.close();
    server.wait_closed().await
}

async fn program() -> Result<()> {
    println!("close_clients");
    attempt(Server::close_clients).await?;
    println!("abort_clients");
    attempt(Server::abort_clients).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
