//! [`CreateServer`]: what `loop.create_server` does until there is a server. Mirrors `asyncio.base_events`.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::pin::Pin;

use asyncio_executor::{EventLoop, Result, ValueError};
use asyncio_tasks::gather;
use rustix::io::Errno;
use rustix::net::sockopt;
use socket2::{Domain, Protocol as IpProtocol, SockRef, Socket, Type};

use super::{Factory, Server};
use crate::connect::check_stream;
use crate::error::refused;
use crate::protocols::IntoProtocol;
use crate::resolve::{Hosts, Purpose, Query};
use crate::trsock::{AddressFamily, TransportSocket};

/// A server in the making: the keyword arguments of `loop.create_server`. Awaiting it makes the server.
#[must_use = "a server is made when this is awaited"]
pub struct CreateServer<F, Kind> {
    event_loop: EventLoop,
    factory: F,
    hosts: Hosts,
    port: Option<u16>,
    options: Options,
    kind: PhantomData<fn() -> Kind>,
}

/// The optional arguments.
struct Options {
    sock: Option<OwnedFd>,
    family: Option<AddressFamily>,
    backlog: u32,
    reuse_address: bool,
    reuse_port: bool,
    keep_alive: bool,
    start_serving: bool,
}

impl<F, Kind> CreateServer<F, Kind> {
    pub(crate) fn new(event_loop: EventLoop, factory: F, hosts: Hosts, port: Option<u16>) -> Self {
        let options = Options {
            sock: None,
            family: None,
            backlog: BACKLOG,
            reuse_address: true,
            reuse_port: false,
            keep_alive: false,
            start_serving: true,
        };
        CreateServer {
            event_loop,
            factory,
            hosts,
            port,
            options,
            kind: PhantomData,
        }
    }

    /// A bound stream socket to listen on; host and port must be `None`: `sock=`.
    pub fn sock(mut self, sock: impl Into<OwnedFd>) -> Self {
        self.options.sock = Some(sock.into());
        self
    }

    /// Only addresses of this family: `family=`.
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.options.family = Some(family);
        self
    }

    /// How many connections may wait to be accepted, 100 by default: `backlog=`.
    pub fn backlog(mut self, connections: u32) -> Self {
        self.options.backlog = connections;
        self
    }

    /// Whether an address that was in use a moment ago may be bound, true by default: `reuse_address=`.
    pub fn reuse_address(mut self, reuse: bool) -> Self {
        self.options.reuse_address = reuse;
        self
    }

    /// Whether other servers that say so as well may listen on the same address: `reuse_port=`.
    pub fn reuse_port(mut self, reuse: bool) -> Self {
        self.options.reuse_port = reuse;
        self
    }

    /// Whether idle connections are probed from time to time: `keep_alive=`.
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.options.keep_alive = keep_alive;
        self
    }

    /// Whether connections are accepted at once, true by default; else from
    /// [`start_serving`](Server::start_serving) on: `start_serving=`.
    pub fn start_serving(mut self, start: bool) -> Self {
        self.options.start_serving = start;
        self
    }
}

impl<F, P, Kind> IntoFuture for CreateServer<F, Kind>
where
    F: FnMut() -> P + 'static,
    P: IntoProtocol<Kind>,
    Kind: 'static,
{
    type Output = Result<Server>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Server>>>>;

    fn into_future(self) -> Self::IntoFuture {
        let mut factory = self.factory;
        let factory: Box<Factory> = Box::new(move || P::object(&factory().into_protocol()));
        Box::pin(create_server(
            self.event_loop,
            factory,
            self.hosts,
            self.port,
            self.options,
        ))
    }
}

impl<F, Kind> fmt::Debug for CreateServer<F, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateServer")
            .field("hosts", &self.hosts)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

async fn create_server(
    event_loop: EventLoop,
    factory: Box<Factory>,
    hosts: Hosts,
    port: Option<u16>,
    mut options: Options,
) -> Result<Server> {
    let has_address = !hosts.is_none() || port.is_some();
    let sockets = match (has_address, options.sock.take()) {
        (true, Some(_)) => return Err(ValueError::with_message(BOTH).into()),
        (false, None) => return Err(ValueError::with_message(NEITHER).into()),
        (false, Some(sock)) => vec![given(sock)?],
        (true, None) => {
            let addresses = resolve(&event_loop, hosts, port.unwrap_or(0), &options).await?;
            bind_all(&event_loop, &addresses, &options)?
        }
    };
    let sockets = sockets
        .into_iter()
        .map(TransportSocket::listening)
        .collect();
    let server = Server::new(&event_loop, sockets, factory, options.backlog);
    if options.start_serving {
        let mut unready = CloseUnready(Some(&server));
        server.start_serving().await?;
        unready.0 = None;
    }
    if event_loop.get_debug() {
        log::info!(target: "asyncio", "{server:?} is serving");
    }
    Ok(server)
}

/// Closes a server that nobody gets.
struct CloseUnready<'a>(Option<&'a Server>);

impl Drop for CloseUnready<'_> {
    fn drop(&mut self) {
        if let Some(server) = self.0 {
            server.close();
        }
    }
}

/// The distinct addresses of all hosts, which are looked up at the same time.
async fn resolve(
    event_loop: &EventLoop,
    hosts: Hosts,
    port: u16,
    options: &Options,
) -> Result<Vec<SocketAddr>> {
    let family = options.family;
    let queries = hosts.into_vec().into_iter().map(|host| {
        let event_loop = event_loop.clone();
        async move {
            let query = Query {
                host: &host,
                port,
                family,
                purpose: Purpose::Listen,
            };
            query.resolve(&event_loop).await
        }
    });
    let mut distinct = Vec::new();
    for address in gather(queries).await?.into_iter().flatten() {
        if !distinct.contains(&address) {
            distinct.push(address);
        }
    }
    Ok(distinct)
}

fn bind_all(
    event_loop: &EventLoop,
    addresses: &[SocketAddr],
    options: &Options,
) -> Result<Vec<OwnedFd>> {
    let mut sockets = Vec::new();
    for address in addresses {
        let Some(socket) = open(event_loop, address, options)? else {
            continue;
        };
        match socket.bind(&(*address).into()) {
            Ok(()) => sockets.push(socket.into()),
            // The family is usually not enabled.
            Err(error) if is(&error, Errno::ADDRNOTAVAIL) => debug(
                event_loop,
                format_args!("create_server() cannot bind to {address}: {error}"),
            ),
            Err(error) => {
                let request = "error while attempting to bind on address";
                return Err(refused(format_args!("{request} {address}"), error).into());
            }
        }
    }
    if sockets.is_empty() {
        let text = format!("could not bind on any address out of {addresses:?}");
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, text).into());
    }
    Ok(sockets)
}

/// A socket for `address`, unless the system does not know the family.
fn open(event_loop: &EventLoop, address: &SocketAddr, options: &Options) -> Result<Option<Socket>> {
    let domain = Domain::for_address(*address);
    let socket = match Socket::new(domain, Type::STREAM, Some(IpProtocol::TCP)) {
        Ok(socket) => socket,
        Err(error) => {
            let what = format_args!("create_server() cannot make a socket for {address}: {error}");
            debug(event_loop, what);
            return Ok(None);
        }
    };
    let failed = |error| refused(format_args!("make a socket for {address}"), error);
    set_options(&socket, address, options).map_err(failed)?;
    Ok(Some(socket))
}

fn set_options(socket: &Socket, address: &SocketAddr, options: &Options) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    if options.reuse_address {
        socket.set_reuse_address(true)?;
    }
    if options.reuse_port {
        sockopt::set_socket_reuseport(socket, true)?;
    }
    if options.keep_alive {
        socket.set_keepalive(true)?;
    }
    if address.is_ipv6() {
        // IPv4 has a socket of its own.
        socket.set_only_v6(true)?;
    }
    Ok(())
}

fn given(sock: OwnedFd) -> Result<OwnedFd> {
    check_stream(&sock)?;
    SockRef::from(&sock)
        .set_nonblocking(true)
        .map_err(|error| refused("make a socket non-blocking", error))?;
    Ok(sock)
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

fn debug(event_loop: &EventLoop, what: fmt::Arguments<'_>) {
    if event_loop.get_debug() {
        log::warn!(target: "asyncio", "{what}");
    }
}

const BOTH: &str = "host/port and sock can not be specified at the same time";
const NEITHER: &str = "Neither host/port nor sock were specified";

/// Connections that wait to be accepted: CPython's default.
const BACKLOG: u32 = 100;
