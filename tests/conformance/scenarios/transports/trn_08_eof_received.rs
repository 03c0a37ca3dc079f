//! TRN-08: eof_received() that returns true keeps the transport half-open, otherwise it is closed.

use std::net::Shutdown;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    keep_open: bool,
    log: Lines,
    got_eof: Future<()>,
    closed: Future<()>,
}

impl Protocol for Client {
    fn eof_received(&mut self) -> bool {
        self.log.append("eof_received");
        self.got_eof.set_result(()).unwrap();
        self.keep_open
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
        self.closed.set_result(()).unwrap();
    }
}

async fn attempt(keep_open: bool) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let (got_eof, closed) = (event_loop.create_future(), event_loop.create_future());
    let client = Client {
        keep_open,
        log: log.clone(),
        got_eof: got_eof.clone(),
        closed: closed.clone(),
    };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    peer.shutdown(Shutdown::Write)?;
    got_eof.await?;
    log.append(format!("closing {}", transport.is_closing()));
    asyncio::sleep(0).await?;
    if !transport.is_closing() {
        transport.write(b"still writing");
        println!("{}", net::show(net::recv(&peer, 13)?));
        transport.close();
    }
    closed.await?;
    println!("{}", log.join(", "));
    Ok(())
}

async fn program() -> Result<()> {
    println!("keep open");
    attempt(true).await?;
    println!("do not keep open");
    attempt(false).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
