//! TRN-01: data that waits in the socket is delivered after create_connection() returned.

use std::io::Write;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result, Transport};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
    closed: Future<()>,
}

impl Protocol for Client {
    fn connection_made(&mut self, _transport: Transport) {
        self.log.append("connection_made");
    }

    fn data_received(&mut self, data: &[u8]) {
        self.log
            .append(format!("data_received {}", net::show(data)));
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let closed = event_loop.create_future();
    let (sock, mut peer) = net::pair()?;
    peer.write_all(b"early")?;
    event_loop.call_soon(log.appender("callback before"));
    let client = Client {
        log: log.clone(),
        closed: closed.clone(),
    };
    let connecting = event_loop.create_connection(|| client, None, None);
    let (_transport, _protocol) = connecting.sock(sock).await?;
    log.append("create_connection returned");
    drop(peer);
    closed.await?;
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
