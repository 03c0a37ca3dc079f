//! TRN-07: abort() drops what is buffered, also after close().

use asyncio::{Error, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
}

impl Protocol for Client {
    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
    }
}

async fn attempt(close_first: bool) -> Result<()> {
    let log = Lines::default();
    let client = Client { log: log.clone() };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    let written = net::fill(&transport);
    if close_first {
        transport.close();
        asyncio::sleep(0).await?;
        log.append("close called");
    }
    transport.abort();
    transport.abort();
    let buffered = transport.get_write_buffer_size();
    log.append(format!("abort called, buffered {buffered}"));
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("{}", log.join(", "));
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    Ok(())
}

async fn program() -> Result<()> {
    attempt(false).await?;
    attempt(true).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
