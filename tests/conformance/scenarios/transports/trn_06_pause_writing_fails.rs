//! TRN-06: an error of pause_writing() or resume_writing() goes to the exception handler, not to the caller.

use asyncio::prelude::*;
use asyncio::{Error, ExceptionContext, Future, Protocol, Result, ValueError};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    closed: Future<Option<Error>>,
}

impl Protocol for Client {
    fn pause_writing(&mut self) {
        asyncio::raise(ValueError::with_message("cannot pause"));
    }

    fn resume_writing(&mut self) {
        asyncio::raise(ValueError::with_message("cannot resume"));
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        self.closed.set_result(exc).unwrap();
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let closed = event_loop.create_future();
    let reports = log.clone();
    event_loop.set_exception_handler(move |_, context: &ExceptionContext| {
        let error = py::error(context.exception());
        reports.append(format!("{}, {error}", context.message()));
    });
    let client = Client {
        closed: closed.clone(),
    };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    transport.set_write_buffer_limits(Some(0), None)?;
    let written = net::fill(&transport);
    log.append("write returned");
    transport.close();
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    let exc = closed.await?;
    log.append(format!("connection_lost {}", py::error(exc.as_ref())));
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
