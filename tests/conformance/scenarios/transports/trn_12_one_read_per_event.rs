//! TRN-12: one read of at most 256 KiB per event, other callbacks run between two of them.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::thread;

use asyncio::prelude::*;
use asyncio::{Error, EventLoop, Future, Protocol, Result};

use crate::net;
use crate::py::Lines;

struct Client {
    event_loop: EventLoop,
    log: Lines,
    sizes: Rc<RefCell<Vec<usize>>>,
    closed: Future<()>,
}

impl Protocol for Client {
    fn data_received(&mut self, data: &[u8]) {
        self.log.append("data");
        self.sizes.borrow_mut().push(data.len());
        self.event_loop.call_soon(self.log.appender("callback"));
    }

    fn connection_lost(&mut self, _exc: Option<Error>) {
        self.closed.set_result(()).unwrap();
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (log, sizes) = (Lines::default(), Rc::new(RefCell::new(Vec::new())));
    let closed = event_loop.create_future();
    let client = Client {
        event_loop,
        log: log.clone(),
        sizes: sizes.clone(),
        closed: closed.clone(),
    };
    let (_transport, _protocol, mut peer) = net::connect(|| client).await?;

    let thread = thread::spawn(move || peer.write_all(&[0; 2000000]));
    closed.await?;
    thread.join().expect("it does not panic")?;
    let sizes = sizes.borrow();
    println!("received {}", sizes.iter().sum::<usize>());
    let largest = sizes.iter().max().copied().unwrap_or_default();
    println!("at most 256 KiB {}", largest <= 256 * 1024);
    println!("several {}", sizes.len() >= 8);
    let expected = vec!["data callback"; sizes.len()].join(" ");
    println!("a callback after each read {}", log.join(" ") == expected);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
