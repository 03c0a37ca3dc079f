//! TRN-13: a BufferedProtocol gets the data in its own buffer; get_buffer() is asked with -1.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{BufferedProtocol, Error, Future, Result};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
    received: Rc<RefCell<Vec<u8>>>,
    closed: Future<()>,
    buffer: [u8; 4],
}

impl BufferedProtocol for Client {
    fn get_buffer(&mut self, sizehint: Option<usize>) -> &mut [u8] {
        if self.log.len() == 0 {
            let sizehint = sizehint.map_or("-1".to_owned(), |size| size.to_string());
            self.log.append(format!("get_buffer {sizehint}"));
        }
        &mut self.buffer
    }

    fn buffer_updated(&mut self, nbytes: usize) {
        self.received.borrow_mut().extend(&self.buffer[..nbytes]);
    }

    fn eof_received(&mut self) -> bool {
        self.log.append("eof_received");
        false
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let (log, received) = (Lines::default(), Rc::new(RefCell::new(Vec::new())));
    let closed = asyncio::get_running_loop()?.create_future();
    let client = Client {
        log: log.clone(),
        received: received.clone(),
        closed: closed.clone(),
        buffer: [0; 4],
    };
    let (_transport, _protocol, mut peer) = net::connect(|| client).await?;
    peer.write_all(b"more than four bytes")?;
    drop(peer);
    closed.await?;
    println!("{}", net::show(&*received.borrow()));
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
