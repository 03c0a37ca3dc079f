//! SRV-03: each accepted connection runs in its own copy of the context the server was created in.

use std::cell::RefCell;
use std::io::Write;
use std::net::TcpStream;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{ContextVar, Error, Future, Protocol, Result, Transport};

use crate::net::HOST;
use crate::py::Lines;

static VAR: ContextVar<&str> = ContextVar::new("VAR");

fn var() -> &'static str {
    VAR.get().unwrap_or("unset")
}

struct Side {
    log: Lines,
    closed: Future<()>,
    transport: Option<Transport>,
}

impl Side {
    fn new(log: Lines, closed: Future<()>) -> Self {
        log.append(format!("factory {}", var()));
        Side {
            log,
            closed,
            transport: None,
        }
    }
}

impl Protocol for Side {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
        self.log.append(format!("connection_made {}", var()));
        VAR.set("changed by the connection");
    }

    fn data_received(&mut self, _data: &[u8]) {
        self.log.append(format!("data_received {}", var()));
        self.transport.as_ref().expect("it is made").close();
    }

    fn connection_lost(&mut self, _exc: Option<Error>) {
        self.log.append(format!("connection_lost {}", var()));
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let waiting: Rc<RefCell<Vec<Future<()>>>> = Rc::default();
    VAR.set("creation");
    let factory = {
        let (log, waiting) = (log.clone(), waiting.clone());
        move || {
            let closed = waiting.borrow().last().cloned();
            Side::new(log.clone(), closed.expect("somebody waits"))
        }
    };
    let server = event_loop.create_server(factory, HOST, 0).await?;
    VAR.set("later");
    for _ in 0..2 {
        let closed = event_loop.create_future();
        waiting.borrow_mut().push(closed.clone());
        let mut client = TcpStream::connect(server.sockets()[0].local_addr()?)?;
        client.write_all(b"x")?;
        closed.await?;
    }
    println!("{}", log.join("\n"));
    println!("main {}", var());
    server.close();
    server.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
