//! The load generator: one thread, epoll, and one request at a time on each connection.
//!
//! Requests are parts of one pattern, so that a connection needs no memory for its request, and the check of a reply
//! is one comparison. Events are edge-triggered, and a read that does not fill the buffer is the last: what a request
//! costs here is a write and a read, and for a large one what its parts cost.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::retry_on_intr;

use crate::Result;
use crate::clock::thread_cpu;

/// Connections to an echo server.
pub(crate) struct Load {
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
    pub(crate) fn connect(address: SocketAddr, connections: usize, size: usize) -> Result<Self> {
        let mut load = Load {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(connections),
            connections: Vec::with_capacity(connections),
            requests: Requests::new(size),
            buffer: vec![0; BUFFER_SIZE].into(),
        };
        for index in 0..connections {
            load.open(address)?;
            if index % BACKLOG == BACKLOG - 1 {
                load.converse(index..index + 1, Duration::ZERO)?;
            }
        }
        Ok(load)
    }

    /// Sends requests for so long, at least one on each connection, and checks the replies.
    pub(crate) fn exchange(&mut self, time: Duration) -> Result<Exchange> {
        let (start, cpu_before) = (Instant::now(), thread_cpu());
        let requests = self.converse(0..self.connections.len(), time)?;
        Ok(Exchange {
            requests,
            elapsed: start.elapsed(),
            cpu: thread_cpu() - cpu_before,
        })
    }

    fn open(&mut self, address: SocketAddr) -> io::Result<()> {
        let connection = Connection::open(address, &self.requests)?;
        let data = EventData::new_u64(self.connections.len() as u64);
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::ET;
        epoll::add(&self.epoll, &connection.stream, data, flags)?;
        self.connections.push(connection);
        Ok(())
    }

    /// Sends requests on these connections for so long; the others are silent. Returns the number of replies.
    fn converse(&mut self, connections: std::ops::Range<usize>, time: Duration) -> Result<u64> {
        let start = Instant::now();
        let mut open = connections.len();
        let mut replies = 0;
        for connection in &mut self.connections[connections] {
            connection.begin(&mut self.requests)?;
        }
        while open > 0 {
            self.events.clear();
            retry_on_intr(|| epoll::wait(&self.epoll, spare_capacity(&mut self.events), None))?;
            let is_over = start.elapsed() >= time;
            for event in &self.events {
                let connection = &mut self.connections[event.data.u64() as usize];
                let flags = event.flags;
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

struct Connection {
    stream: TcpStream,
    /// Where the pattern has the request.
    request: usize,
    /// How much of the request is sent: all of it between two requests.
    sent: usize,
    /// How much of the reply has come.
    received: usize,
}

impl Connection {
    fn open(address: SocketAddr, requests: &Requests) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Connection {
            stream,
            request: 0,
            sent: requests.size,
            received: requests.size,
        })
    }

    fn begin(&mut self, requests: &mut Requests) -> io::Result<()> {
        self.request = requests.next();
        self.sent = 0;
        self.received = 0;
        self.send(requests)
    }

    /// Does what the socket is ready for; true if that completes the reply.
    fn proceed(
        &mut self,
        flags: EventFlags,
        requests: &Requests,
        buffer: &mut [u8],
    ) -> io::Result<bool> {
        let is_complete = flags != EventFlags::OUT && self.receive(requests, buffer)?;
        if flags.contains(EventFlags::OUT) && self.sent < requests.size {
            self.send(requests)?;
        }
        Ok(is_complete)
    }

    /// Sends what the socket's buffer takes.
    fn send(&mut self, requests: &Requests) -> io::Result<()> {
        match self.stream.write(&requests.at(self.request)[self.sent..]) {
            Ok(sent) => self.sent += sent,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Takes what has come; true if that completes the reply.
    fn receive(&mut self, requests: &Requests, buffer: &mut [u8]) -> io::Result<bool> {
        loop {
            let received = match self.stream.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            };
            let expected = &requests.at(self.request)[self.received..];
            if !expected.starts_with(&buffer[..received]) {
                return Err(io::Error::other("the reply is not the request"));
            }
            self.received += received;
            if received < buffer.len() || self.received == requests.size {
                return Ok(self.received == requests.size);
            }
        }
    }
}

/// The requests: each is a window of one pattern, and differs from those before and after it.
struct Requests {
    pattern: Box<[u8]>,
    size: usize,
    /// How many there were.
    number: usize,
}

impl Requests {
    fn new(size: usize) -> Self {
        let mut state = 1_u64;
        let bytes = std::iter::repeat_with(|| {
            // Knuth's generator; its upper bits are the random ones.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        });
        Requests {
            pattern: bytes.take(size + VARIANTS).collect(),
            size,
            number: 0,
        }
    }

    /// Where the pattern has the next request.
    fn next(&mut self) -> usize {
        self.number += 1;
        self.number % VARIANTS
    }

    fn at(&self, start: usize) -> &[u8] {
        &self.pattern[start..start + self.size]
    }
}

/// Bytes that are read at a time: more than any request, and little enough to stay in the processor's cache.
const BUFFER_SIZE: usize = 128 * 1024;

/// Different requests: more than are under way at a time.
const VARIANTS: usize = 4096;

/// So many connections are opened before the server must have accepted all: less than fit into its queue, 100 in
/// asyncio.
const BACKLOG: usize = 64;
