//! TRN-11: an error of data_received() or eof_received() goes to the handler and to connection_lost().

use std::io::Write;

use asyncio::prelude::*;
use asyncio::{Error, EventLoop, ExceptionContext, Future, Protocol, Result, ValueError};

use crate::{net, py};

struct Client {
    closed: Future<Option<Error>>,
}

impl Protocol for Client {
    fn data_received(&mut self, data: &[u8]) {
        let text = format!("bad data {}", net::show(data));
        asyncio::raise(ValueError::with_message(text));
    }

    fn eof_received(&mut self) -> bool {
        asyncio::raise(ValueError::with_message("bad end"));
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        self.closed.set_result(exc).unwrap();
    }
}

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let error = py::error(context.exception());
    println!("handler: {} {error}", context.message());
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let closed = event_loop.create_future();
    let client = Client {
        closed: closed.clone(),
    };
    let (transport, _protocol, mut peer) = net::connect(|| client).await?;
    transport.set_write_buffer_limits(Some(1 << 30), None)?;
    net::fill(&transport);
    peer.write_all(b"x")?;
    println!("connection_lost {}", py::error(closed.await?.as_ref()));
    println!("buffered {}", transport.get_write_buffer_size());
    drop(peer);

    let closed = event_loop.create_future();
    let client = Client {
        closed: closed.clone(),
    };
    let (_transport, _protocol, peer) = net::connect(|| client).await?;
    drop(peer);
    println!("connection_lost {}", py::error(closed.await?.as_ref()));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
