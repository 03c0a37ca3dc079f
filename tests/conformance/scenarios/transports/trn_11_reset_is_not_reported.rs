//! TRN-11: a reset by the peer goes to connection_lost() only, the exception handler is not called.

use asyncio::prelude::*;
use asyncio::{Error, EventLoop, ExceptionContext, Future, Protocol, Result};

use crate::net;

struct Client {
    closed: Future<Option<Error>>,
}

impl Protocol for Client {
    fn connection_lost(&mut self, exc: Option<Error>) {
        self.closed.set_result(exc).unwrap();
    }
}

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler: {}", context.message());
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let closed = event_loop.create_future();
    let client = Client {
        closed: closed.clone(),
    };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    net::reset(peer)?;
    let exc = closed.await?;
    let name = exc.as_ref().map_or("NoneType", Error::type_name);
    println!("connection_lost {name}");
    println!("closing {}", transport.is_closing());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
