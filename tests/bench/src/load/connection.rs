//! [`Connection`]: one request at a time, and its reply.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::net::{self, AddressFamily, SocketType, sockopt};

use super::Requests;

/// A connection to a server.
pub(super) struct Connection {
    stream: TcpStream,
    /// Where the requests have this one's.
    request: usize,
    /// How much of the request is sent: all of it between two requests.
    sent: usize,
    /// How much of the reply has come.
    received: usize,
}

impl Connection {
    /// Connects `from` an address of this machine, and has `epoll` report what can be done, once, with this number.
    pub(super) fn open(
        from: Option<Ipv4Addr>,
        address: SocketAddr,
        requests: &Requests,
        epoll: &OwnedFd,
        number: usize,
    ) -> io::Result<Self> {
        let stream = connect(from, address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        epoll::add(epoll, &stream, EventData::new_u64(number as u64), flags)?;
        Ok(Connection {
            stream,
            request: 0,
            sent: requests.size(),
            received: requests.size(),
        })
    }

    /// Has the next request on its way.
    pub(super) fn begin(&mut self, requests: &mut Requests) -> io::Result<()> {
        self.request = requests.next();
        self.sent = 0;
        self.received = 0;
        self.send(requests)
    }

    /// Does what the socket is ready for; true if that completes the reply.
    pub(super) fn proceed(
        &mut self,
        flags: EventFlags,
        requests: &Requests,
        buffer: &mut [u8],
    ) -> io::Result<bool> {
        let is_complete = flags != EventFlags::OUT && self.receive(requests, buffer)?;
        if flags.contains(EventFlags::OUT) && self.sent < requests.size() {
            self.send(requests)?;
        }
        Ok(is_complete)
    }

    pub(super) fn is_answered(&self, requests: &Requests) -> bool {
        self.received == requests.size()
    }

    /// Ends a connection so that neither side remembers it. A close would leave one of them waiting for late segments,
    /// and the kernel short of ports for the next connections.
    pub(super) fn reset(self) -> io::Result<()> {
        Ok(sockopt::set_socket_linger(
            &self.stream,
            Some(Duration::ZERO),
        )?)
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
            // Events are edge-triggered: a buffer that is full may have left something.
            if received < buffer.len() || self.is_answered(requests) {
                return Ok(self.is_answered(requests));
            }
        }
    }
}

fn connect(from: Option<Ipv4Addr>, address: SocketAddr) -> io::Result<TcpStream> {
    let Some(from) = from else {
        return TcpStream::connect(address);
    };
    let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    net::bind(&socket, &SocketAddr::from((from, 0)))?;
    net::connect(&socket, &address)?;
    Ok(socket.into())
}
