//! TRN-05: pause_writing() is called once, inside write(), above the high mark; resume_writing() once at the low mark.

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
    resumed: Future<()>,
    closed: Future<()>,
}

impl Protocol for Client {
    fn pause_writing(&mut self) {
        self.log.append("pause_writing");
    }

    fn resume_writing(&mut self) {
        self.log.append("resume_writing");
        self.resumed.set_result(()).unwrap();
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
    let (resumed, closed) = (event_loop.create_future(), event_loop.create_future());
    let client = Client {
        log: log.clone(),
        resumed: resumed.clone(),
        closed: closed.clone(),
    };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    transport.set_write_buffer_limits(Some(1 << 30), None)?;
    let mut written = net::fill(&transport);
    let base = transport.get_write_buffer_size();
    transport.set_write_buffer_limits(Some(base + 10), Some(base))?;
    log.append("write up to the high mark");
    transport.write(&[0; 10]);
    log.append("write one more");
    transport.write(&[0; 1]);
    log.append("write again");
    transport.write(&[0; 1]);
    println!("buffered {}", transport.get_write_buffer_size() - base);
    written += 12;
    log.append("wait");
    transport.close();
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    resumed.await?;
    closed.await?;
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
