//! TRN-14: set_protocol() switches between Protocol and BufferedProtocol while connected.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{BufferedProtocol, Error, Future, Protocol, Result, Transport};

use crate::net;
use crate::py::Lines;

/// What the futures stand for that the next data completes.
type Progress = Rc<RefCell<Vec<Future<()>>>>;

fn step(progress: &Progress) {
    let received = progress.borrow_mut().pop();
    received.expect("somebody waits").set_result(()).unwrap();
}

struct Plain {
    name: &'static str,
    log: Lines,
    progress: Progress,
}

impl Protocol for Plain {
    fn connection_made(&mut self, _transport: Transport) {
        self.log.append(format!("{} connection_made", self.name));
    }

    fn data_received(&mut self, data: &[u8]) {
        let data = net::show(data);
        self.log
            .append(format!("{} data_received {data}", self.name));
        step(&self.progress);
    }

    fn connection_lost(&mut self, _exc: Option<Error>) {
        self.log.append(format!("{} connection_lost", self.name));
    }
}

struct Buffered {
    log: Lines,
    progress: Progress,
    buffer: [u8; 100],
}

impl BufferedProtocol for Buffered {
    fn connection_made(&mut self, _transport: Transport) {
        self.log.append("buffered connection_made");
    }

    fn get_buffer(&mut self, _sizehint: Option<usize>) -> &mut [u8] {
        &mut self.buffer
    }

    fn buffer_updated(&mut self, nbytes: usize) {
        let data = net::show(&self.buffer[..nbytes]);
        self.log.append(format!("buffered buffer_updated {data}"));
        step(&self.progress);
    }

    fn connection_lost(&mut self, _exc: Option<Error>) {
        self.log.append("buffered connection_lost");
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (log, progress) = (Lines::default(), Progress::default());
    let plain = |name| Plain {
        name,
        log: log.clone(),
        progress: progress.clone(),
    };
    let first = plain("first");
    let (transport, _protocol, mut peer) = net::connect(|| first).await?;

    let mut send = async |data: &[u8]| -> Result<()> {
        let received = event_loop.create_future();
        progress.borrow_mut().push(received.clone());
        peer.write_all(data)?;
        received.await
    };

    send(b"one").await?;
    let buffered = transport.set_protocol(Buffered {
        log: log.clone(),
        progress: progress.clone(),
        buffer: [0; 100],
    });
    let replaced = transport.get_protocol().is_some_and(|it| it == buffered);
    println!("protocol replaced {replaced}");
    send(b"two").await?;
    transport.set_protocol(plain("last"));
    send(b"three").await?;
    transport.close();
    asyncio::sleep(0).await?;
    println!("{}", log.join("\n"));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
