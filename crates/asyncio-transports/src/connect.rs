//! [`CreateConnection`] and [`ConnectAcceptedSocket`]: from an address or a socket to a transport.
//!
//! Mirrors `create_connection`, `connect_accepted_socket` and `sock_connect` of `asyncio.base_events` and
//! `asyncio.selector_events`.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::pin::Pin;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{ContextCell, Error, EventLoop, Result, ValueError, caught};
use asyncio_tasks::{ExceptionGroup, LoopTasks};
use rustix::io::Errno;
use rustix::net::{SocketType, sockopt};
use socket2::{Domain, Protocol as IpProtocol, SockRef, Socket, Type};

use crate::error::refused;
use crate::protocols::IntoProtocol;
use crate::resolve::{Host, Purpose, Query, family_of};
use crate::selector_events::socket::{Connection, StreamTransport};
use crate::transports::Transport;
use crate::trsock::{AddressFamily, TransportSocket};

/// A connection in the making: the keyword arguments of `loop.create_connection`. Awaiting it connects.
#[must_use = "a connection is made when this is awaited"]
pub struct CreateConnection<F, Kind> {
    event_loop: EventLoop,
    factory: F,
    target: Target,
    kind: PhantomData<fn() -> Kind>,
}

/// To whom to connect, and how.
struct Target {
    host: Host,
    port: Option<u16>,
    sock: Option<OwnedFd>,
    family: Option<AddressFamily>,
    local_addr: Option<(Host, u16)>,
    failures: Failures,
}

/// What to return if no address could be connected to.
#[derive(Clone, Copy)]
enum Failures {
    /// One error that speaks for all.
    One,
    /// An exception group of all errors.
    All,
}

impl<F, Kind> CreateConnection<F, Kind> {
    pub(crate) fn new(event_loop: EventLoop, factory: F, host: Host, port: Option<u16>) -> Self {
        let target = Target {
            host,
            port,
            sock: None,
            family: None,
            local_addr: None,
            failures: Failures::One,
        };
        CreateConnection {
            event_loop,
            factory,
            target,
            kind: PhantomData,
        }
    }

    /// A connected stream socket to use; host and port must be `None`: `sock=`.
    pub fn sock(mut self, sock: impl Into<OwnedFd>) -> Self {
        self.target.sock = Some(sock.into());
        self
    }

    /// Only addresses of this family: `family=`.
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.target.family = Some(family);
        self
    }

    /// The address of this end: `local_addr=`.
    pub fn local_addr(mut self, host: impl Into<Host>, port: u16) -> Self {
        self.target.local_addr = Some((host.into(), port));
        self
    }

    /// If no address can be connected to, the error is an `ExceptionGroup` of what each of them said:
    /// `all_errors=True`.
    pub fn all_errors(mut self) -> Self {
        self.target.failures = Failures::All;
        self
    }
}

impl<F, P, Kind> IntoFuture for CreateConnection<F, Kind>
where
    F: FnOnce() -> P + 'static,
    P: IntoProtocol<Kind>,
    Kind: 'static,
{
    type Output = Result<(Transport, P::Handle)>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let socket = self.target.connect(&self.event_loop).await?;
            establish(&self.event_loop, socket, self.factory).await
        })
    }
}

impl<F, Kind> fmt::Debug for CreateConnection<F, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateConnection")
            .field("host", &self.target.host)
            .field("port", &self.target.port)
            .finish_non_exhaustive()
    }
}

/// A connection that was accepted elsewhere, in the making: `loop.connect_accepted_socket`. Awaiting it makes the
/// transport.
#[must_use = "a transport is made when this is awaited"]
pub struct ConnectAcceptedSocket<F, Kind> {
    event_loop: EventLoop,
    factory: F,
    sock: OwnedFd,
    kind: PhantomData<fn() -> Kind>,
}

impl<F, Kind> ConnectAcceptedSocket<F, Kind> {
    pub(crate) fn new(event_loop: EventLoop, factory: F, sock: OwnedFd) -> Self {
        ConnectAcceptedSocket {
            event_loop,
            factory,
            sock,
            kind: PhantomData,
        }
    }
}

impl<F, P, Kind> IntoFuture for ConnectAcceptedSocket<F, Kind>
where
    F: FnOnce() -> P + 'static,
    P: IntoProtocol<Kind>,
    Kind: 'static,
{
    type Output = Result<(Transport, P::Handle)>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            check_stream(&self.sock)?;
            establish(&self.event_loop, self.sock, self.factory).await
        })
    }
}

impl<F, Kind> fmt::Debug for ConnectAcceptedSocket<F, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectAcceptedSocket")
            .field("sock", &self.sock)
            .finish_non_exhaustive()
    }
}

impl Target {
    async fn connect(mut self, event_loop: &EventLoop) -> Result<OwnedFd> {
        let has_address = !self.host.is_none() || self.port.is_some();
        match (has_address, self.sock.take()) {
            (true, Some(_)) => Err(ValueError::with_message(BOTH).into()),
            (false, None) => Err(ValueError::with_message(NEITHER).into()),
            (false, Some(sock)) => {
                check_stream(&sock)?;
                Ok(sock)
            }
            (true, None) => self.connect_to_any(event_loop).await,
        }
    }

    /// Tries one address after the other.
    async fn connect_to_any(&self, event_loop: &EventLoop) -> Result<OwnedFd> {
        let port = self.port.unwrap_or(0);
        let addresses = self.resolve(event_loop, &self.host, port).await?;
        let local = match &self.local_addr {
            Some((host, port)) => Some(self.resolve(event_loop, host, *port).await?),
            None => None,
        };
        let mut errors = Vec::new();
        for address in addresses {
            match connect_to(event_loop, address, local.as_deref(), &mut errors).await {
                Ok(socket) => return Ok(socket.into()),
                Err(error) if error.is::<io::Error>() => errors.push(error),
                Err(error) => return Err(error),
            }
        }
        Err(self.failures.into_error(errors))
    }

    async fn resolve(
        &self,
        event_loop: &EventLoop,
        host: &Host,
        port: u16,
    ) -> Result<Vec<SocketAddr>> {
        let query = Query {
            host,
            port,
            family: self.family,
            purpose: Purpose::Connect,
        };
        query.resolve(event_loop).await
    }
}

impl Failures {
    /// The error for `errors`, of which there is at least one.
    fn into_error(self, mut errors: Vec<Error>) -> Error {
        if let Failures::All = self {
            return match ExceptionGroup::new("create_connection failed", errors) {
                Ok(group) => group.into(),
                Err(empty) => empty.into(),
            };
        }
        let texts: Vec<String> = errors.iter().map(Error::to_string).collect();
        if texts.iter().all(|text| *text == texts[0]) {
            return errors.swap_remove(0);
        }
        io::Error::other(format!("Multiple exceptions: {}", texts.join(", "))).into()
    }
}

/// A socket connected to `address`. An error of binding that did not stop it goes to `errors`.
async fn connect_to(
    event_loop: &EventLoop,
    address: SocketAddr,
    local: Option<&[SocketAddr]>,
    errors: &mut Vec<Error>,
) -> Result<Socket> {
    let failed = |error| refused(format_args!("connect to {address}"), error);
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(IpProtocol::TCP)).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    if let Some(local) = local {
        bind(&socket, address, local, errors)?;
    }
    match socket.connect(&address.into()) {
        Err(error) if is_in_progress(&error) => {
            writable(event_loop, &socket).await?;
            match socket.take_error().map_err(failed)? {
                Some(error) => Err(failed(error).into()),
                None => Ok(socket),
            }
        }
        outcome => {
            outcome.map_err(failed)?;
            Ok(socket)
        }
    }
}

/// Binds to the first of the local addresses that has the family of `address` and can be bound to (SRV-10).
fn bind(
    socket: &Socket,
    address: SocketAddr,
    local: &[SocketAddr],
    errors: &mut Vec<Error>,
) -> Result<()> {
    let family = family_of(&address);
    let mut last = None;
    for local in local.iter().filter(|local| family_of(local) == family) {
        match socket.bind(&(*local).into()) {
            Ok(()) => {
                errors.extend(last);
                return Ok(());
            }
            Err(error) => {
                let request = "error while attempting to bind on address";
                errors
                    .extend(last.replace(refused(format_args!("{request} {local}"), error).into()));
            }
        }
    }
    Err(last.unwrap_or_else(|| {
        let text = format!("no matching local address with family={family:?} found");
        io::Error::new(io::ErrorKind::AddrNotAvailable, text).into()
    }))
}

/// Waits until `socket` can be written to, which ends the attempt to connect.
async fn writable(event_loop: &EventLoop, socket: &Socket) -> Result<()> {
    /// Ends the watch, also when the task is cancelled.
    struct Unwatch<'a>(&'a EventLoop, &'a Socket);
    impl Drop for Unwatch<'_> {
        fn drop(&mut self) {
            self.0.unwatch_writer(self.1);
        }
    }
    let connected = event_loop.create_future();
    let _unwatch = Unwatch(event_loop, socket);
    event_loop.watch_writer(socket, {
        let connected = connected.clone();
        move || connected.done() || connected.set_result(()).is_ok()
    })?;
    connected.await
}

/// Makes the transport of a connected socket, and waits until `connection_made` was called.
pub(crate) async fn establish<F, P, Kind>(
    event_loop: &EventLoop,
    socket: OwnedFd,
    factory: F,
) -> Result<(Transport, P::Handle)>
where
    F: FnOnce() -> P,
    P: IntoProtocol<Kind>,
{
    /// Closes the transport if nobody gets it.
    struct Close(Option<Transport>);
    impl Drop for Close {
        fn drop(&mut self) {
            if let Some(transport) = self.0.take() {
                transport.close();
            }
        }
    }
    SockRef::from(&socket)
        .set_nonblocking(true)
        .map_err(|error| refused("make a socket non-blocking", error))?;
    let context = ContextCell::copy_current();
    let protocol = caught(|| Ok(factory().into_protocol()))?;
    let waiter = event_loop.create_future();
    let connection = Connection {
        socket: TransportSocket::connected(socket, None),
        protocol: P::object(&protocol),
        context,
        server: None,
    };
    let transport = StreamTransport::start(event_loop, connection, Some(waiter.clone()));
    let mut close = Close(Some(transport.clone()));
    waiter.await?;
    close.0.take();
    Ok((transport, protocol))
}

/// # Errors
///
/// `ValueError` if `sock` is not a stream socket, `OSError` if it is no socket.
pub(crate) fn check_stream(sock: &OwnedFd) -> Result<()> {
    let kind = sockopt::socket_type(sock)
        .map_err(|errno| refused("ask a descriptor for its type of socket", errno))?;
    if kind == SocketType::STREAM {
        return Ok(());
    }
    let text = format!("A Stream Socket was expected, got {sock:?} of {kind:?}");
    Err(ValueError::with_message(text).into())
}

fn is_in_progress(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::INPROGRESS | Errno::AGAIN | Errno::INTR))
}

const BOTH: &str = "host/port and sock can not be specified at the same time";
const NEITHER: &str = "host and port was not specified and no sock specified";
