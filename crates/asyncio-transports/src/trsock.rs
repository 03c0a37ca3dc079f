//! [`TransportSocket`], what a program may do with a transport's socket, and [`ExtraInfo`].
//!
//! Mirrors `asyncio.trsock`.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::rc::Rc;

use asyncio_executor::ContextThing;
use rustix::io::Errno;
use socket2::{Domain, SockRef, Type};

/// What is known of a transport beside its data: `BaseTransport.get_extra_info`. A cheap clone.
///
/// It answers the same after the connection is closed, but the socket then refuses every use.
#[derive(Clone, Debug)]
pub struct ExtraInfo {
    socket: TransportSocket,
}

impl ExtraInfo {
    pub(crate) fn new(socket: TransportSocket) -> Self {
        ExtraInfo { socket }
    }

    /// The socket, unless the transport has none: `get_extra_info("socket")`.
    pub fn socket(&self) -> Option<&TransportSocket> {
        Some(&self.socket)
    }

    /// The address of this end, if it is an internet address: `get_extra_info("sockname")`.
    pub fn sockname(&self) -> Option<SocketAddr> {
        self.socket.names().sockname
    }

    /// The address of the other end, if it is an internet address: `get_extra_info("peername")`.
    pub fn peername(&self) -> Option<SocketAddr> {
        self.socket.names().peername
    }
}

/// A transport's or a server's socket, without what would disturb its owner: `asyncio.trsock.TransportSocket`.
///
/// A cheap clone. Once the owner has closed the socket, every method fails as on a closed descriptor.
#[derive(Clone)]
pub struct TransportSocket(Rc<Socket>);

struct Socket {
    /// `None` once the owner has closed it.
    fd: RefCell<Option<OwnedFd>>,
    ends: Ends,
}

/// [`Names`] with little memory, because every connection has them.
enum Ends {
    /// Both are IPv4 addresses.
    V4 {
        sockname: SocketAddrV4,
        peername: SocketAddrV4,
    },
    /// They are something else.
    Other(Box<Names>),
    /// There are none.
    Unnamed,
}

impl From<Names> for Ends {
    fn from(names: Names) -> Self {
        match (names.sockname, names.peername) {
            (Some(SocketAddr::V4(sockname)), Some(SocketAddr::V4(peername))) => {
                Ends::V4 { sockname, peername }
            }
            (None, None) => Ends::Unnamed,
            _ => Ends::Other(Box::new(names)),
        }
    }
}

/// The two ends of a connection, as they were when it was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    pub(crate) sockname: Option<SocketAddr>,
    pub(crate) peername: Option<SocketAddr>,
}

impl TransportSocket {
    /// A socket that is connected to `peername`, if that is known.
    pub(crate) fn connected(fd: OwnedFd, peername: Option<SocketAddr>) -> Self {
        let sockname = rustix::net::getsockname(&fd).ok();
        let names = Names {
            sockname: sockname.and_then(|name| name.try_into().ok()),
            peername: peername.or_else(|| {
                let peername = rustix::net::getpeername(&fd).ok()??;
                peername.try_into().ok()
            }),
        };
        TransportSocket::new(fd, names)
    }

    /// A socket that has no other end.
    pub(crate) fn listening(fd: OwnedFd) -> Self {
        TransportSocket::new(fd, Names::default())
    }

    fn new(fd: OwnedFd, names: Names) -> Self {
        let fd = RefCell::new(Some(fd));
        let ends = names.into();
        TransportSocket(Rc::new(Socket { fd, ends }))
    }

    /// The descriptor's number, or -1 once it is closed: `TransportSocket.fileno`.
    pub fn fileno(&self) -> RawFd {
        self.with_fd(|fd| Ok(fd.as_raw_fd())).unwrap_or(-1)
    }

    /// The address of this end: `TransportSocket.getsockname`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed or not an internet one.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.with_fd(|fd| Ok(SocketAddr::try_from(rustix::net::getsockname(fd)?)?))
    }

    /// The address of the other end: `TransportSocket.getpeername`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed, not connected or not an internet one.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        let no_address = || io::Error::from(Errno::AFNOSUPPORT);
        self.with_fd(|fd| {
            let peer = rustix::net::getpeername(fd)?.ok_or_else(no_address)?;
            Ok(SocketAddr::try_from(peer)?)
        })
    }

    /// The address family: `TransportSocket.family`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed, or its family is one that Rust has no name for here.
    pub fn family(&self) -> io::Result<AddressFamily> {
        self.with_socket(|socket| match socket.local_addr()?.domain() {
            Domain::IPV4 => Ok(AddressFamily::Inet),
            Domain::IPV6 => Ok(AddressFamily::Inet6),
            Domain::UNIX => Ok(AddressFamily::Unix),
            _ => Err(Errno::AFNOSUPPORT.into()),
        })
    }

    /// Whether it carries a stream or datagrams: `TransportSocket.type`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed, or its type is one that Rust has no name for here.
    pub fn kind(&self) -> io::Result<SocketKind> {
        self.with_socket(|socket| match socket.r#type()? {
            Type::STREAM => Ok(SocketKind::Stream),
            Type::DGRAM => Ok(SocketKind::Datagram),
            _ => Err(Errno::PROTOTYPE.into()),
        })
    }

    /// Shuts one or both directions down: `TransportSocket.shutdown`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed or not connected.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.with_socket(|socket| socket.shutdown(how))
    }

    /// A duplicate that the caller owns: `TransportSocket.dup`.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed or there are no descriptors left.
    pub fn dup(&self) -> io::Result<OwnedFd> {
        self.with_fd(|fd| fd.try_clone_to_owned())
    }

    /// Whether small writes are sent without waiting for more (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed or not a TCP one.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.with_socket(|socket| socket.tcp_nodelay())
    }

    /// Sets what [`nodelay`](TransportSocket::nodelay) returns. Transports set it at the start.
    ///
    /// # Errors
    ///
    /// As [`nodelay`](TransportSocket::nodelay).
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.with_socket(|socket| socket.set_tcp_nodelay(nodelay))
    }

    /// Whether an idle connection is probed from time to time (`SO_KEEPALIVE`).
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed.
    pub fn keepalive(&self) -> io::Result<bool> {
        self.with_socket(|socket| socket.keepalive())
    }

    /// Sets what [`keepalive`](TransportSocket::keepalive) returns.
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed.
    pub fn set_keepalive(&self, keepalive: bool) -> io::Result<()> {
        self.with_socket(|socket| socket.set_keepalive(keepalive))
    }

    /// Whether an address that was in use a moment ago may be bound (`SO_REUSEADDR`).
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed.
    pub fn reuse_address(&self) -> io::Result<bool> {
        self.with_socket(|socket| socket.reuse_address())
    }

    /// Whether several sockets may be bound to the same address (`SO_REUSEPORT`).
    ///
    /// # Errors
    ///
    /// `OSError` if the socket is closed.
    pub fn reuse_port(&self) -> io::Result<bool> {
        self.with_fd(|fd| Ok(rustix::net::sockopt::socket_reuseport(fd)?))
    }

    /// Calls `f` with the descriptor, for every option that has no method here. `f` must leave it non-blocking.
    ///
    /// # Errors
    ///
    /// That of `f`, or `OSError` if the socket is closed.
    pub fn with_fd<R>(&self, f: impl FnOnce(BorrowedFd<'_>) -> io::Result<R>) -> io::Result<R> {
        match &*self.0.fd.borrow() {
            Some(fd) => f(fd.as_fd()),
            None => Err(Errno::BADF.into()),
        }
    }

    fn with_socket<R>(&self, f: impl FnOnce(&socket2::Socket) -> io::Result<R>) -> io::Result<R> {
        self.with_fd(|fd| f(&SockRef::from(&fd)))
    }

    pub(crate) fn names(&self) -> Names {
        match &self.0.ends {
            Ends::V4 { sockname, peername } => Names {
                sockname: Some((*sockname).into()),
                peername: Some((*peername).into()),
            },
            Ends::Other(names) => **names,
            Ends::Unnamed => Names::default(),
        }
    }

    /// Whether this end has an internet address.
    pub(crate) fn is_internet(&self) -> bool {
        match &self.0.ends {
            Ends::V4 { .. } => true,
            Ends::Other(names) => names.sockname.is_some(),
            Ends::Unnamed => false,
        }
    }

    /// Closes the descriptor; does nothing the second time.
    pub(crate) fn close(&self) {
        drop(self.0.fd.take());
    }
}

impl PartialEq for TransportSocket {
    /// Whether both are handles to the same socket.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for TransportSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TransportSocket fd={}", self.fileno())?;
        if let Ok(address) = self.local_addr() {
            write!(f, " laddr={address}")?;
        }
        if let Ok(address) = self.peer_addr() {
            write!(f, " raddr={address}")?;
        }
        f.write_str(">")
    }
}

impl ContextThing for TransportSocket {}

/// What kind of addresses a socket has: `socket.AddressFamily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressFamily {
    /// IPv4, `AF_INET`.
    Inet,
    /// IPv6, `AF_INET6`.
    Inet6,
    /// Paths on this machine, `AF_UNIX`.
    Unix,
}

/// What a socket carries: `socket.SocketKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketKind {
    /// A stream of bytes, `SOCK_STREAM`.
    Stream,
    /// Datagrams, `SOCK_DGRAM`.
    Datagram,
}
