//! TRN-10: pause_reading() and resume_reading() may be repeated, and do nothing when closing.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{Future, Protocol, Result};

use crate::net;

struct Client {
    received: Rc<RefCell<Vec<u8>>>,
    got_data: Future<()>,
}

impl Protocol for Client {
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
    println!("reading {}", transport.is_reading());
    transport.pause_reading();
    transport.pause_reading();
    println!("reading {}", transport.is_reading());
    peer.write_all(b"held back")?;
    asyncio::sleep(0.02).await?;
    println!("received {}", net::show(&*received.borrow()));
    transport.resume_reading();
    transport.resume_reading();
    println!("reading {}", transport.is_reading());
    got_data.await?;
    println!("received {}", net::show(&*received.borrow()));
    transport.pause_reading();
    transport.close();
    transport.resume_reading();
    println!("reading when closing {}", transport.is_reading());
    transport.pause_reading();
    asyncio::sleep(0).await?;
    transport.resume_reading();
    println!("reading when closed {}", transport.is_reading());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
