//! TRN-07: close() flushes what is buffered, and what is written while it does.

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
    closed: Future<()>,
}

impl Protocol for Client {
    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let log = Lines::default();
    let closed = asyncio::get_running_loop()?.create_future();
    let client = Client {
        log: log.clone(),
        closed: closed.clone(),
    };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    let mut written = net::fill(&transport);
    transport.close();
    transport.write(b"last");
    written += 4;
    asyncio::sleep(0.01).await?;
    log.append("still open");
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    closed.await?;
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
