//! No runtime: epoll and the system calls of an echo, as a measure of what the kernel alone costs.
//!
//! It asks the kernel for no more than it needs: one read for each event, and a write event only while a reply does
//! not fit into the socket's buffer. Meanwhile it does not read from that connection.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::retry_on_intr;

use super::{Listen, Server};
use crate::Result;

pub(crate) const NAME: &str = "epoll";

pub(crate) const SERVERS: &[Server] = &[Server { name: NAME, serve }];

fn serve(listen: Listen) -> Result {
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    let listener = listen.bind()?;
    watch(&epoll, &listener, LISTENER)?;
    listen.ready(listener.local_addr()?);
    let mut connections = HashMap::new();
    let mut next = LISTENER + 1;
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut events = Vec::<Event>::with_capacity(EVENTS);
    loop {
        events.clear();
        retry_on_intr(|| epoll::wait(&epoll, spare_capacity(&mut events), None))?;
        for event in &events {
            match event.data.u64() {
                LISTENER => {
                    let (stream, _) = listener.accept()?;
                    stream.set_nodelay(true)?;
                    stream.set_nonblocking(true)?;
                    watch(&epoll, &stream, next)?;
                    let rest = Vec::new();
                    connections.insert(next, Connection { stream, rest });
                    next += 1;
                }
                token => {
                    let connection = connections.get_mut(&token).expect("it is watched");
                    if !connection.proceed(&epoll, token, &mut buffer)? {
                        connections.remove(&token);
                    }
                }
            }
        }
    }
}

fn watch(epoll: &OwnedFd, source: &impl AsFd, token: u64) -> io::Result<()> {
    Ok(epoll::add(
        epoll,
        source,
        EventData::new_u64(token),
        EventFlags::IN,
    )?)
}

struct Connection {
    stream: TcpStream,
    /// What did not fit into the socket's buffer. If it is not empty, the socket is watched for writing alone.
    rest: Vec<u8>,
}

impl Connection {
    /// Sends the rest, or else sends back what has come; false at the end.
    fn proceed(&mut self, epoll: &OwnedFd, token: u64, buffer: &mut [u8]) -> io::Result<bool> {
        let proceeded = if self.rest.is_empty() {
            self.echo(epoll, token, buffer)
        } else {
            self.send_rest(epoll, token)
        };
        match proceeded {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(false),
            other => other,
        }
    }

    fn echo(&mut self, epoll: &OwnedFd, token: u64, buffer: &mut [u8]) -> io::Result<bool> {
        let length = self.stream.read(buffer)?;
        let sent = match length {
            0 => 0,
            _ => write_some(&mut self.stream, &buffer[..length])?,
        };
        if sent < length {
            self.rest.extend_from_slice(&buffer[sent..length]);
            self.watch_for(epoll, token, EventFlags::OUT)?;
        }
        Ok(length > 0)
    }

    fn send_rest(&mut self, epoll: &OwnedFd, token: u64) -> io::Result<bool> {
        let sent = write_some(&mut self.stream, &self.rest)?;
        self.rest.drain(..sent);
        if self.rest.is_empty() {
            self.watch_for(epoll, token, EventFlags::IN)?;
        }
        Ok(true)
    }

    fn watch_for(&self, epoll: &OwnedFd, token: u64, flags: EventFlags) -> io::Result<()> {
        let data = EventData::new_u64(token);
        Ok(epoll::modify(epoll, &self.stream, data, flags)?)
    }
}

/// Writes what the socket's buffer takes.
fn write_some(stream: &mut TcpStream, data: &[u8]) -> io::Result<usize> {
    match stream.write(data) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        result => result,
    }
}

const LISTENER: u64 = 0;

/// As much as asyncio reads at a time: one buffer for all connections may be large.
const BUFFER_SIZE: usize = 256 * 1024;

/// The most events that are taken at a time.
const EVENTS: usize = 1024;
