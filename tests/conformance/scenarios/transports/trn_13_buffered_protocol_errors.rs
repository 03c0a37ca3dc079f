//! TRN-13: an empty buffer, or an error of get_buffer() or buffer_updated(), is fatal.

use std::io::Write;

use asyncio::prelude::*;
use asyncio::{BufferedProtocol, Error, EventLoop, ExceptionContext, Future, Result, ValueError};

use crate::{net, py};

struct Client {
    fault: &'static str,
    closed: Future<Option<Error>>,
    buffer: [u8; 8],
}

impl BufferedProtocol for Client {
    fn get_buffer(&mut self, _sizehint: Option<usize>) -> &mut [u8] {
        match self.fault {
            "get_buffer" => asyncio::raise(ValueError::with_message("no buffer")),
            "empty" => &mut [],
            _ => &mut self.buffer,
        }
    }

    fn buffer_updated(&mut self, _nbytes: usize) {
        asyncio::raise(ValueError::with_message("bad update"));
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
    for fault in ["empty", "get_buffer", "buffer_updated"] {
        let closed = event_loop.create_future();
        let client = Client {
            fault,
            closed: closed.clone(),
            buffer: [0; 8],
        };
        let (_transport, _protocol, mut peer) = net::connect(|| client).await?;
        peer.write_all(b"x")?;
        println!("connection_lost {}", py::error(closed.await?.as_ref()));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
