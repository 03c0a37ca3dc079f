//! What a contestant must offer to serve TCP; [`servers`] is the list.

use std::io;
use std::net::{SocketAddr, TcpListener};

use rustix::net::{self, AddressFamily, SocketFlags, SocketType, sockopt};

use super::epoll;
use super::glommio::Glommio;
use super::monoio::{Epoll, Monoio, Uring};
use super::{Asyncio, Contestant, LocalRuntime, LocalSet, Smol, Tokio, python};
use crate::Result;

/// A TCP server, run in a process of its own.
pub(crate) struct Server {
    /// As it appears in tables and on the command line.
    pub(crate) name: &'static str,
    pub(crate) services: &'static [Service],
    /// Serves forever. Connections that end or are reset are no errors.
    pub(crate) serve: fn(Listen) -> Result,
}

/// What a server does for its connections.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Sends back what comes.
    Echo,
    /// Sends back what comes, with no larger a buffer than small requests need.
    SmallEcho,
    /// Sends back what comes first, and closes the connection.
    Once,
    /// Reads line by line, and sends them all back after one that starts with [`LAST`].
    Lines,
    /// The same with lines that end with [`SEPARATOR`].
    Until,
}

/// What a server process does.
#[derive(Clone, Copy)]
pub(crate) struct Duty {
    pub(crate) service: Service,
    /// Each with a runtime of its own; several listen on one port.
    pub(crate) threads: usize,
}

/// Where a server listens, and what for.
pub(crate) struct Listen {
    duty: Duty,
    address: SocketAddr,
    /// Told the address when the server listens.
    listening: Box<dyn FnOnce(SocketAddr) + Send>,
}

impl Server {
    /// What the simplest server has.
    pub(super) const SIMPLE: &'static [Service] =
        &[Service::Echo, Service::SmallEcho, Service::Once];

    /// What a server with buffered reads has.
    pub(super) const WITH_LINES: &'static [Service] = &[
        Service::Echo,
        Service::SmallEcho,
        Service::Once,
        Service::Lines,
    ];

    /// Everything.
    pub(super) const WITH_SEPARATORS: &'static [Service] = &[
        Service::Echo,
        Service::SmallEcho,
        Service::Once,
        Service::Lines,
        Service::Until,
    ];
}

impl Service {
    const ALL: [Self; 5] = [
        Service::Echo,
        Service::SmallEcho,
        Service::Once,
        Service::Lines,
        Service::Until,
    ];

    /// As it appears on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::Echo => "echo",
            Service::SmallEcho => "small-echo",
            Service::Once => "once",
            Service::Lines => "lines",
            Service::Until => "until",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Service::ALL
            .into_iter()
            .find(|service| service.name() == name)
    }
}

impl Listen {
    pub(crate) fn new(
        duty: Duty,
        address: SocketAddr,
        listening: impl FnOnce(SocketAddr) + Send + 'static,
    ) -> Self {
        Listen {
            duty,
            address,
            listening: Box::new(listening),
        }
    }

    /// For servers that start their threads themselves.
    pub(super) fn duty(&self) -> Duty {
        self.duty
    }

    pub(super) fn service(&self) -> Service {
        self.duty.service
    }

    /// What to listen on; port 0 stands for any that is free.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether other threads listen on the same port.
    pub(super) fn shares_port(&self) -> bool {
        self.duty.threads > 1
    }

    /// A listener on that address, for runtimes that can make theirs of it.
    pub(super) fn bind(&self) -> io::Result<TcpListener> {
        let family = AddressFamily::INET;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = net::socket_with(family, SocketType::STREAM, flags, None)?;
        sockopt::set_socket_reuseport(&socket, self.shares_port())?;
        net::bind(&socket, &self.address)?;
        net::listen(&socket, BACKLOG)?;
        Ok(socket.into())
    }

    /// The server listens now.
    pub(super) fn ready(self, address: SocketAddr) {
        (self.listening)(address);
    }
}

/// A contestant's server with the contestant's name.
pub(crate) type Serving = (&'static str, &'static Server);

/// Every server that can run here.
pub(crate) fn servers() -> Vec<Serving> {
    candidates()
        .filter(|(available, _)| available())
        .map(|(_, serving)| serving)
        .collect()
}

/// The server of this name.
pub(crate) fn server(name: &str) -> Option<&'static Server> {
    candidates()
        .map(|(_, (_, server))| server)
        .find(|server| server.name == name)
}

/// A server with the question whether it can run here, which is not asked in vain: the answer costs a runtime.
pub(super) type Candidate = (fn() -> bool, Serving);

fn candidates() -> impl Iterator<Item = Candidate> {
    fn of<C: Contestant>() -> impl Iterator<Item = Candidate> {
        let available: fn() -> bool = C::is_available;
        C::SERVERS
            .iter()
            .map(move |server| (available, (C::NAME, server)))
    }
    let always: fn() -> bool = || true;
    of::<Asyncio>()
        .chain(of::<Tokio<LocalSet>>())
        .chain(of::<Tokio<LocalRuntime>>())
        .chain(of::<Smol>())
        .chain(of::<Monoio<Uring>>())
        .chain(of::<Monoio<Epoll>>())
        .chain(of::<Glommio>())
        .chain(
            epoll::SERVERS
                .iter()
                .map(move |server| (always, (epoll::NAME, server))),
        )
        .chain(python::candidates())
}

/// As much as is read at a time, in all runtimes whose servers choose it: the largest request of the benchmark fits
/// into it, so that nobody reads one more often than others do. Where a connection keeps a buffer, this is its size.
pub(super) const READ_SIZE: usize = 128 * 1024;

/// The buffer of a connection for small requests.
pub(super) const SMALL_SIZE: usize = 64;

/// What the last line of a request starts with.
pub(crate) const LAST: u8 = b'.';

/// The end of a line that needs more than a search for one byte.
pub(crate) const SEPARATOR: &[u8; 4] = b"\r\n\r\n";

/// How many connections may wait to be accepted: as in monoio and glommio.
const BACKLOG: i32 = 1024;
