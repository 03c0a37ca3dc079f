//! TRN-01: connection_made, then create_connection() returns, then data, end of file and connection_lost.

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

    fn eof_received(&mut self) -> bool {
        self.log.append("eof_received");
        false
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let log = Lines::default();
    let closed = asyncio::get_running_loop()?.create_future();
    let factory = {
        let (log, closed) = (log.clone(), closed.clone());
        move || {
            log.append("factory");
            Client { log, closed }
        }
    };
    let (transport, _protocol, mut peer) = net::connect(factory).await?;
    log.append("create_connection returned");
    peer.write_all(b"hello")?;
    drop(peer);
    closed.await?;
    println!("{}", log.join("\n"));
    println!("closing {}", transport.is_closing());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
