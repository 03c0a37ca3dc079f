//! TRN-09: write_eof() shuts down after the buffer is sent, may be repeated and is ignored when closing.

use std::io::Write;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
    closed: Future<()>,
}

impl Protocol for Client {
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
    let log = Lines::default();
    let closed = asyncio::get_running_loop()?.create_future();
    let client = Client {
        log: log.clone(),
        closed: closed.clone(),
    };
    let (transport, _protocol, mut peer) = net::connect(|| client).await?;
    println!("can_write_eof {}", transport.can_write_eof());
    let written = net::fill(&transport);
    transport.write_eof();
    transport.write_eof();
    let received = net::receive_all(&peer).await?;
    println!("all received before the end {}", received == written);
    let (closing, reading) = (transport.is_closing(), transport.is_reading());
    println!("closing {closing} reading {reading}");
    peer.set_nonblocking(false)?;
    peer.write_all(b"answer")?;
    drop(peer);
    closed.await?;
    transport.write_eof();
    println!("{}", log.join(", "));

    let (transport, _protocol, peer) = net::connect(|| ()).await?;
    transport.close();
    transport.write_eof();
    println!("ignored when closing");
    asyncio::sleep(0).await?;
    drop(peer);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
