//! TRN-07: close() calls connection_lost(None) later, once, however often it is called.

use std::io::Write;

use asyncio::{Error, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
}

impl Protocol for Client {
    fn data_received(&mut self, _data: &[u8]) {
        self.log.append("data_received");
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let client = Client { log: log.clone() };
    let (transport, _protocol, mut peer) = net::connect(|| client).await?;
    peer.write_all(b"not read any more")?;
    event_loop.call_soon(log.appender("callback before"));
    transport.close();
    event_loop.call_soon(log.appender("callback after"));
    transport.close();
    transport.abort();
    let (closing, reading) = (transport.is_closing(), transport.is_reading());
    log.append(format!("closing {closing}, reading {reading}"));
    asyncio::sleep(0).await?;
    asyncio::sleep(0.01).await?;
    transport.close();
    transport.abort();
    asyncio::sleep(0).await?;
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
