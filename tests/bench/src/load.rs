//! The load generator: one thread, epoll, and one request at a time on each connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::retry_on_intr;

use crate::Result;

/// Connections to an echo server.
pub(crate) struct Load {
    epoll: OwnedFd,
    events: Vec<Event>,
    connections: Vec<Connection>,
    /// The requests sent so far.
    sent: u64,
}

struct Connection {
    stream: TcpStream,
    request: [u8; SIZE],
    reply: [u8; SIZE],
    /// How much of the reply has come.
    received: usize,
}

impl Load {
    pub(crate) fn connect(address: SocketAddr, connections: usize) -> Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let connections = (0..connections)
            .map(|index| {
                let connection = Connection::open(address)?;
                let data = EventData::new_u64(index as u64);
                epoll::add(&epoll, &connection.stream, data, EventFlags::IN)?;
                Ok(connection)
            })
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Load {
            epoll,
            events: Vec::with_capacity(connections.len()),
            connections,
            sent: 0,
        })
    }

    /// Sends so many requests, checks the replies, and returns how long it took.
    pub(crate) fn exchange(&mut self, requests: u64) -> Result<Duration> {
        let start = Instant::now();
        let end = self.sent + requests;
        let mut open = 0;
        for connection in &mut self.connections {
            if self.sent < end {
                connection.send(self.sent)?;
                self.sent += 1;
                open += 1;
            }
        }
        while open > 0 {
            self.events.clear();
            retry_on_intr(|| epoll::wait(&self.epoll, spare_capacity(&mut self.events), None))?;
            for event in &self.events {
                let connection = &mut self.connections[event.data.u64() as usize];
                if !connection.receive()? {
                    continue;
                }
                if self.sent < end {
                    connection.send(self.sent)?;
                    self.sent += 1;
                } else {
                    open -= 1;
                }
            }
        }
        Ok(start.elapsed())
    }
}

impl Connection {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Connection {
            stream,
            request: [b'.'; SIZE],
            reply: [0; SIZE],
            received: 0,
        })
    }

    /// Sends a request that differs from all others. It fits into the socket's buffer, which is empty.
    fn send(&mut self, number: u64) -> io::Result<()> {
        self.request[..8].copy_from_slice(&number.to_ne_bytes());
        self.request[SIZE - 8..].copy_from_slice(&number.to_be_bytes());
        self.received = 0;
        self.stream.write_all(&self.request)
    }

    /// Takes what has come; true if the reply is complete.
    fn receive(&mut self) -> io::Result<bool> {
        let received = self.stream.read(&mut self.reply[self.received..])?;
        if received == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.received += received;
        if self.received < SIZE {
            return Ok(false);
        }
        if self.reply != self.request {
            return Err(io::Error::other("the reply is not the request"));
        }
        Ok(true)
    }
}

/// Bytes of a request, and of a reply.
const SIZE: usize = 1024;
