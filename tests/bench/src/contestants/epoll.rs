//! No runtime: epoll and the system calls of an echo, as a measure of what the kernel alone costs.
//!
//! It asks the kernel for no more than it needs: one read for each event, and a write event only while a reply does
//! not fit into the socket's buffer. Meanwhile it does not read from that connection.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use memchr::memchr_iter;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SocketFlags, accept_with};

use super::servers::LAST;
use super::{Listen, Server, Service};
use crate::Result;

pub(crate) const NAME: &str = "epoll";

pub(crate) const SERVERS: &[Server] = &[Server {
    name: NAME,
    services: Server::WITH_LINES,
    serve,
}];

fn serve(listen: Listen) -> Result {
    let mut poll = Poll {
        epoll: epoll::create(CreateFlags::CLOEXEC)?,
        service: listen.service(),
        connections: Vec::new(),
        buffer: vec![0; BUFFER_SIZE].into(),
    };
    let listener = listen.bind()?;
    watch(&poll.epoll, &listener)?;
    listen.ready(listener.local_addr()?);
    let mut events = Vec::<Event>::with_capacity(EVENTS);
    loop {
        events.clear();
        retry_on_intr(|| epoll::wait(&poll.epoll, spare_capacity(&mut events), None))?;
        for event in &events {
            let descriptor = event.data.u64() as usize;
            if descriptor == index(&listener) {
                poll.accept(&listener)?;
            } else {
                poll.proceed(descriptor)?;
            }
        }
    }
}

/// All that one thread serves.
struct Poll {
    epoll: OwnedFd,
    service: Service,
    /// By descriptor.
    connections: Vec<Option<Connection>>,
    /// What was read last.
    buffer: Box<[u8]>,
}

struct Connection {
    stream: TcpStream,
    /// Lines of a request whose last one has not come.
    incomplete: Vec<u8>,
    /// What did not fit into the socket's buffer. If it is not empty, the socket is watched for writing alone.
    rest: Vec<u8>,
}

/// What becomes of a connection.
#[derive(PartialEq, Eq)]
enum Next {
    /// It stays open.
    Open,
    /// It is done with.
    Close,
}

impl Poll {
    /// Accepts all who wait.
    fn accept(&mut self, listener: &TcpListener) -> io::Result<()> {
        loop {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let stream = match accept_with(listener, flags) {
                Ok(socket) => TcpStream::from(socket),
                Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            stream.set_nodelay(true)?;
            watch(&self.epoll, &stream)?;
            let descriptor = index(&stream);
            if self.connections.len() <= descriptor {
                self.connections.resize_with(descriptor + 1, || None);
            }
            self.connections[descriptor] = Some(Connection {
                stream,
                incomplete: Vec::new(),
                rest: Vec::new(),
            });
        }
    }

    /// Goes on with a connection that is ready.
    fn proceed(&mut self, descriptor: usize) -> io::Result<()> {
        // An event may have come for one that was closed just before.
        let Some(connection) = &mut self.connections[descriptor] else {
            return Ok(());
        };
        let next = match connection.rest.is_empty() {
            true => connection.answer(&self.epoll, self.service, &mut self.buffer),
            false => connection.send_rest(&self.epoll),
        };
        let next = match next {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Next::Close,
            Err(error) if error.kind() == ErrorKind::WouldBlock => Next::Open,
            next => next?,
        };
        if next == Next::Close {
            self.connections[descriptor] = None;
        }
        Ok(())
    }
}

impl Connection {
    /// Reads what has come and does what the service wants.
    fn answer(&mut self, epoll: &OwnedFd, service: Service, buffer: &mut [u8]) -> io::Result<Next> {
        let length = self.stream.read(buffer)?;
        if length == 0 {
            return Ok(Next::Close);
        }
        match service {
            Service::Lines => self.answer_lines(epoll, &buffer[..length])?,
            _ => self.send(epoll, &buffer[..length])?,
        }
        if service == Service::Once && self.rest.is_empty() {
            return Ok(Next::Close);
        }
        Ok(Next::Open)
    }

    /// Sends requests back that are complete.
    fn answer_lines(&mut self, epoll: &OwnedFd, data: &[u8]) -> io::Result<()> {
        if !self.incomplete.is_empty() {
            self.incomplete.extend_from_slice(data);
            let lines = mem::take(&mut self.incomplete);
            return self.answer_lines(epoll, &lines);
        }
        let (mut start, mut complete) = (0, 0);
        for newline in memchr_iter(b'\n', data) {
            let line = &data[start..=newline];
            start = newline + 1;
            if line[0] == LAST {
                complete = start;
            }
        }
        self.incomplete.extend_from_slice(&data[complete..]);
        match complete {
            0 => Ok(()),
            _ => self.send(epoll, &data[..complete]),
        }
    }

    /// Sends what the socket's buffer takes, and keeps the rest.
    fn send(&mut self, epoll: &OwnedFd, data: &[u8]) -> io::Result<()> {
        let sent = match self.stream.write(data) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            result => result?,
        };
        if sent < data.len() {
            self.rest.extend_from_slice(&data[sent..]);
            self.watch_for(epoll, EventFlags::OUT)?;
        }
        Ok(())
    }

    fn send_rest(&mut self, epoll: &OwnedFd) -> io::Result<Next> {
        let sent = self.stream.write(&self.rest)?;
        self.rest.drain(..sent);
        if self.rest.is_empty() {
            self.watch_for(epoll, EventFlags::IN)?;
        }
        Ok(Next::Open)
    }

    fn watch_for(&self, epoll: &OwnedFd, flags: EventFlags) -> io::Result<()> {
        let data = EventData::new_u64(index(&self.stream) as u64);
        Ok(epoll::modify(epoll, &self.stream, data, flags)?)
    }
}

fn watch(epoll: &OwnedFd, source: &(impl AsFd + AsRawFd)) -> io::Result<()> {
    let data = EventData::new_u64(index(source) as u64);
    Ok(epoll::add(epoll, source, data, EventFlags::IN)?)
}

fn index(source: &impl AsRawFd) -> usize {
    usize::try_from(source.as_raw_fd()).expect("an open descriptor is not negative")
}

/// As much as asyncio reads at a time: one buffer for all connections may be large.
const BUFFER_SIZE: usize = 256 * 1024;

/// The most events that are taken at a time.
const EVENTS: usize = 1024;
