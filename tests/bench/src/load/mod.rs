//! The load generator: one thread, epoll, and one request at a time on each connection.
//!
//! Events are edge-triggered, and a read that does not fill the buffer is the last: what a request costs here is a
//! write and a read, and for a large one what its parts cost.

mod churn;
mod connection;
mod requests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event};
use rustix::io::retry_on_intr;

use crate::Result;
use crate::clock::thread_cpu;
use crate::limits::raise_descriptors;
pub(crate) use churn::Churn;
use connection::Connection;
pub(crate) use requests::Requests;

/// Connections to a server.
pub(crate) struct Load {
    address: SocketAddr,
    epoll: OwnedFd,
    events: Vec<Event>,
    connections: Vec<Connection>,
    requests: Requests,
    /// What was received last.
    buffer: Box<[u8]>,
}

/// What an exchange came to.
pub(crate) struct Exchange {
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
    /// The processor time of the load.
    pub(crate) cpu: Duration,
}

impl Load {
    /// Without connections.
    pub(crate) fn new(address: SocketAddr, requests: Requests) -> Result<Self> {
        raise_descriptors()?;
        Ok(Load {
            address,
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS),
            connections: Vec::new(),
            requests,
            buffer: vec![0; BUFFER_SIZE].into(),
        })
    }

    /// Opens so many more connections, and lets the last of them have a request answered: then all are accepted.
    pub(crate) fn connect(&mut self, connections: usize) -> Result {
        let total = self.connections.len() + connections;
        while self.connections.len() < total {
            let some = (total - self.connections.len()).min(BACKLOG);
            for _ in 0..some {
                let connection = self.open(self.connections.len())?;
                self.connections.push(connection);
            }
            let last = self.connections.len() - 1;
            self.converse(last..last + 1, Duration::ZERO)?;
        }
        Ok(())
    }

    /// Sends requests on all connections for so long, at least one on each, and checks the replies.
    pub(crate) fn exchange(&mut self, time: Duration) -> Result<Exchange> {
        let all = 0..self.connections.len();
        timed(|| self.converse(all, time))
    }

    fn open(&self, number: usize) -> io::Result<Connection> {
        let host = u8::try_from(1 + number / PORTS).expect("fewer connections");
        let from = (number >= PORTS).then_some(Ipv4Addr::new(127, 0, 0, host));
        Connection::open(from, self.address, &self.requests, &self.epoll, number)
    }

    /// Sends requests on these connections for so long; the others are silent. Returns the number of replies.
    fn converse(&mut self, connections: Range<usize>, time: Duration) -> Result<u64> {
        let start = Instant::now();
        let mut open = connections.len();
        let mut replies = 0;
        for connection in &mut self.connections[connections] {
            connection.begin(&mut self.requests)?;
        }
        while open > 0 {
            wait(&self.epoll, &mut self.events)?;
            let is_over = start.elapsed() >= time;
            for event in &self.events {
                let (number, flags) = (event.data.u64() as usize, event.flags);
                let connection = &mut self.connections[number];
                if !connection.proceed(flags, &self.requests, &mut self.buffer)? {
                    continue;
                }
                replies += 1;
                if is_over {
                    open -= 1;
                } else {
                    connection.begin(&mut self.requests)?;
                }
            }
        }
        Ok(replies)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for connection in self.connections.drain(..) {
            // One that cannot be reset is closed, which is only slower.
            let _ = connection.reset();
        }
    }
}

/// Times what returns a number of requests.
fn timed(work: impl FnOnce() -> Result<u64>) -> Result<Exchange> {
    let (start, cpu_before) = (Instant::now(), thread_cpu());
    let requests = work()?;
    Ok(Exchange {
        requests,
        elapsed: start.elapsed(),
        cpu: thread_cpu() - cpu_before,
    })
}

/// Waits until something can be done.
fn wait(epoll: &OwnedFd, events: &mut Vec<Event>) -> io::Result<()> {
    events.clear();
    retry_on_intr(|| epoll::wait(epoll, spare_capacity(events), None))?;
    Ok(())
}

/// The most events that are taken at a time.
const EVENTS: usize = 1024;

/// Bytes that are read at a time: more than any request, and little enough to stay in the processor's cache.
const BUFFER_SIZE: usize = 128 * 1024;

/// So many connections are opened before the server must have accepted all: less than fit into its queue, 100 in
/// asyncio.
const BACKLOG: usize = 64;

/// So many connections come from one address of this machine. The kernel has 28,000 ports for each, but takes long to
/// find one that is free when most are not.
const PORTS: usize = 4_000;
