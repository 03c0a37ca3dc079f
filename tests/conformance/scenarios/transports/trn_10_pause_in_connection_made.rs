//! TRN-10: pause_reading() works in connection_made().

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{Future, Protocol, Result, Transport};

use crate::net;

struct Client {
    received: Rc<RefCell<Vec<u8>>>,
    got_data: Future<()>,
}

impl Protocol for Client {
    fn connection_made(&mut self, transport: Transport) {
        transport.pause_reading();
    }

    fn data_received(&mut self, data: &[u8]) {
        self.received.borrow_mut().extend(data);
        self.got_data.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let received = Rc::new(RefCell::new(Vec::new()));
    let got_data = asyncio::get_running_loop()?.create_future();
    let client = Client {
        received: received.clone(),
        got_data: got_data.clone(),
    };
    let (transport, _protocol, mut peer) = net::connect(|| client).await?;
    let show = || {
        let received = net::show(&*received.borrow());
        println!("reading {} received {received}", transport.is_reading());
    };
    peer.write_all(b"hello")?;
    asyncio::sleep(0.02).await?;
    show();
    transport.resume_reading();
    got_data.await?;
    show();
    transport.close();
    drop(peer);
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
