//! [`open_connection`] and [`start_server`]. Mirrors the functions of `asyncio.streams`.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::rc::Rc;

use asyncio_tasks::{EventLoop, Result};
use asyncio_transports::{
    AddressFamily, CreateConnection, CreateServer, Host, Hosts, LoopTransports, Server, kind,
};

use super::client_connected::{ClientConnectedOutput, Handler};
use super::incoming::{DEFAULT_LIMIT, Incoming};
use super::protocol::StreamReaderProtocol;
use super::reader::StreamReader;
use super::writer::StreamWriter;

/// Connects to `host` and `port` by TCP: `asyncio.open_connection(host, port)`.
///
/// The methods of what it returns are Python's optional arguments; awaiting it connects.
///
/// # Cancel safety
///
/// Cancelled or dropped, the connection is closed.
///
/// # Errors
///
/// `OSError` if the host is not found or no address can be connected to; `ValueError` if the limit is zero, or if there
/// is neither an address nor a socket, or both; `CancelledError`.
///
/// # Panics
///
/// Without a running loop.
///
/// ```
/// use asyncio_streams::{StreamReader, StreamWriter, open_connection, run, start_server};
///
/// run(async {
///     let greet = async |_reader: StreamReader, mut writer: StreamWriter| {
///         writer.write(b"hello");
///         writer.close();
///         writer.wait_closed().await
///     };
///     let server = start_server(greet, "127.0.0.1", 0).await?;
///     let port = server.sockets()[0].local_addr()?.port();
///
///     let (mut reader, mut writer) = open_connection("127.0.0.1", port).limit(1 << 20).await?;
///     assert_eq!(reader.read_to_end().await?, "hello");
///     writer.close();
///     writer.wait_closed().await?;
///     server.close();
///     server.wait_closed().await
/// }).unwrap();
/// ```
#[track_caller]
pub fn open_connection(host: impl Into<Host>, port: impl Into<Option<u16>>) -> OpenConnection {
    let event_loop = EventLoop::current();
    let protocol = Rc::new(Cell::new(None));
    let made = protocol.clone();
    let factory: ClientFactory =
        Box::new(move || made.take().expect("it is made before the connection"));
    OpenConnection {
        create: event_loop.create_connection(factory, host, port),
        protocol,
        limit: DEFAULT_LIMIT,
        event_loop,
    }
}

/// A pair of streams in the making: see [`open_connection`].
#[must_use = "a connection is made when this is awaited"]
pub struct OpenConnection {
    create: CreateConnection<ClientFactory, kind::Object>,
    /// What the factory will return.
    protocol: Rc<Cell<Option<Rc<StreamReaderProtocol>>>>,
    limit: usize,
    event_loop: EventLoop,
}

type ClientFactory = Box<dyn FnOnce() -> Rc<StreamReaderProtocol>>;

impl OpenConnection {
    /// The reader's limit in bytes, 64 KiB by default: `limit=`.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// A connected stream socket to use; host and port must be `None`: `sock=`.
    pub fn sock(mut self, sock: impl Into<OwnedFd>) -> Self {
        self.create = self.create.sock(sock);
        self
    }

    /// Only addresses of this family: `family=`.
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.create = self.create.family(family);
        self
    }

    /// The address of this end: `local_addr=`.
    pub fn local_addr(mut self, host: impl Into<Host>, port: u16) -> Self {
        self.create = self.create.local_addr(host, port);
        self
    }

    /// If no address can be connected to, the error is an `ExceptionGroup` of what each of them said:
    /// `all_errors=True`.
    pub fn all_errors(mut self) -> Self {
        self.create = self.create.all_errors();
        self
    }
}

impl IntoFuture for OpenConnection {
    type Output = Result<(StreamReader, StreamWriter)>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let reader = StreamReader::new(self.limit)?;
            self.protocol.set(Some(StreamReaderProtocol::new(&reader)));
            let (transport, protocol) = self.create.await?;
            let flow_control = protocol.flow_control();
            let writer =
                StreamWriter::new(&transport, flow_control, Some(&reader), &self.event_loop);
            Ok((reader, writer))
        })
    }
}

impl fmt::Debug for OpenConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenConnection")
            .field("create", &self.create)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Listens for TCP connections on all addresses of `host`, and calls `client_connected_cb` with the streams of each:
/// `asyncio.start_server(client_connected_cb, host, port)`.
///
/// A coroutine that it returns becomes a task. It may also be a plain function that returns nothing or a `Result`.
///
/// An error or a panic goes to the loop's exception handler as `Unhandled exception in client_connected_cb`, and closes
/// the connection; a task that is cancelled closes it silently. A coroutine that just returns leaves the connection as
/// it is, and if nobody has kept the writer, that is then dropped.
///
/// The methods of what it returns are Python's optional arguments; awaiting it makes the [`Server`].
///
/// # Cancel safety
///
/// Cancelled or dropped, the sockets are closed.
///
/// # Errors
///
/// `OSError` if a host is not found or an address cannot be bound to; `ValueError` if the limit is zero, or if there is
/// neither an address nor a socket, or both; `CancelledError`.
///
/// # Panics
///
/// Without a running loop.
///
/// ```
/// use asyncio_streams::{Result, StreamReader, StreamWriter, run, start_server};
///
/// async fn handle_echo(mut reader: StreamReader, mut writer: StreamWriter) -> Result<()> {
///     let data = reader.read(100).await?;
///     writer.write(&data);
///     writer.drain().await?;
///     writer.close();
///     writer.wait_closed().await
/// }
///
/// run(async {
///     let server = start_server(handle_echo, "127.0.0.1", 0).backlog(50).await?;
///     server
///         .scope(async |server| {
///             println!("listening on {}", server.sockets()[0].local_addr()?);
///             Ok(())
///         })
///         .await
/// }).unwrap();
/// ```
#[track_caller]
pub fn start_server<F, R, Kind>(
    client_connected_cb: F,
    host: impl Into<Hosts>,
    port: impl Into<Option<u16>>,
) -> StartServer
where
    F: Fn(StreamReader, StreamWriter) -> R + 'static,
    R: ClientConnectedOutput<Kind>,
    Kind: 'static,
{
    let handler = Handler::shared(client_connected_cb);
    let limit = Rc::new(Cell::new(DEFAULT_LIMIT));
    let chosen = limit.clone();
    let factory: ServerFactory = Box::new(move || {
        let reader = StreamReader::new(chosen.get()).expect("the limit was checked");
        StreamReaderProtocol::of_server(reader, &handler)
    });
    StartServer {
        create: EventLoop::current().create_server(factory, host, port),
        limit,
    }
}

/// A server of streams in the making: see [`start_server`].
#[must_use = "a server is made when this is awaited"]
pub struct StartServer {
    create: CreateServer<ServerFactory, kind::Object>,
    /// Of each reader that the factory makes.
    limit: Rc<Cell<usize>>,
}

type ServerFactory = Box<dyn FnMut() -> Rc<StreamReaderProtocol>>;

impl StartServer {
    /// The readers' limit in bytes, 64 KiB by default: `limit=`.
    pub fn limit(self, bytes: usize) -> Self {
        self.limit.set(bytes);
        self
    }

    /// A bound stream socket to listen on; host and port must be `None`: `sock=`.
    pub fn sock(mut self, sock: impl Into<OwnedFd>) -> Self {
        self.create = self.create.sock(sock);
        self
    }

    /// Only addresses of this family: `family=`.
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.create = self.create.family(family);
        self
    }

    /// How many connections may wait to be accepted, 100 by default: `backlog=`.
    pub fn backlog(mut self, connections: u32) -> Self {
        self.create = self.create.backlog(connections);
        self
    }

    /// Whether an address that was in use a moment ago may be bound, true by default: `reuse_address=`.
    pub fn reuse_address(mut self, reuse: bool) -> Self {
        self.create = self.create.reuse_address(reuse);
        self
    }

    /// Whether other servers that say so as well may listen on the same address: `reuse_port=`.
    pub fn reuse_port(mut self, reuse: bool) -> Self {
        self.create = self.create.reuse_port(reuse);
        self
    }

    /// Whether idle connections are probed from time to time: `keep_alive=`.
    pub fn keep_alive(mut self, keep_alive: bool) -> Self {
        self.create = self.create.keep_alive(keep_alive);
        self
    }

    /// Whether connections are accepted at once, true by default; else from
    /// [`start_serving`](Server::start_serving) on: `start_serving=`.
    pub fn start_serving(mut self, start: bool) -> Self {
        self.create = self.create.start_serving(start);
        self
    }
}

impl IntoFuture for StartServer {
    type Output = Result<Server>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        // DIFFERENCE: in CPython a bad limit ends every connection, and is reported in debug mode only.
        match Incoming::new(self.limit.get()) {
            Ok(_) => self.create.into_future(),
            Err(error) => Box::pin(async { Err(error.into()) }),
        }
    }
}

impl fmt::Debug for StartServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartServer")
            .field("create", &self.create)
            .field("limit", &self.limit.get())
            .finish()
    }
}
