//! What a contestant must offer to serve TCP; [`servers`] is the list.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::epoll;
use super::glommio::Glommio;
use super::monoio::{Epoll, Monoio, Uring};
use super::{Asyncio, Contestant, LocalRuntime, LocalSet, Smol, Tokio, python};
use crate::Result;

/// A TCP server, run in a process of its own.
pub(crate) struct Server {
    /// As it appears in tables and on the command line.
    pub(crate) name: &'static str,
    /// Serves forever. Connections that end or are reset are no errors.
    pub(crate) serve: fn(Listen) -> Result,
}

/// Where a server listens.
pub(crate) struct Listen {
    /// Told the address when the server listens.
    listening: Box<dyn FnOnce(SocketAddr) + Send>,
}

impl Listen {
    pub(crate) fn new(listening: impl FnOnce(SocketAddr) + Send + 'static) -> Self {
        Listen {
            listening: Box::new(listening),
        }
    }

    /// What to listen on; port 0 stands for any that is free.
    pub(super) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 0).into()
    }

    /// A listener on that address, for runtimes that can make theirs of it.
    pub(super) fn bind(&self) -> io::Result<TcpListener> {
        let listener = TcpListener::bind(self.address())?;
        listener.set_nonblocking(true)?;
        Ok(listener)
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

/// The buffer that a connection has of its own, in all runtimes.
pub(super) const READ_SIZE: usize = 64 * 1024;
