//! TRN-17: after connection_lost() get_extra_info() still answers and the protocol is dropped.

use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result};

use crate::net;

struct Client {
    closed: Future<()>,
    _alive: Rc<()>,
}

impl Protocol for Client {
    fn connection_lost(&mut self, _exc: Option<Error>) {
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let closed = asyncio::get_running_loop()?.create_future();
    let token = Rc::new(());
    let alive = Rc::downgrade(&token);
    let client = Client {
        closed: closed.clone(),
        _alive: token,
    };
    let (transport, protocol, peer) = net::connect(|| client).await?;
    let info = transport.get_extra_info();
    let (peername, sockname) = (info.peername(), info.sockname());
    drop(protocol);
    println!("protocol alive {}", alive.upgrade().is_some());
    transport.close();
    closed.await?;
    asyncio::sleep(0).await?;
    println!("protocol alive {}", alive.upgrade().is_some());
    let info = transport.get_extra_info();
    println!("peername {}", info.peername() == peername);
    println!("sockname {}", info.sockname() == sockname);
    let (closing, reading) = (transport.is_closing(), transport.is_reading());
    println!("closing {closing} reading {reading}");
    println!("buffered {}", transport.get_write_buffer_size());
    println!("peer sees {}", net::show(net::recv(&peer, 1)?));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
