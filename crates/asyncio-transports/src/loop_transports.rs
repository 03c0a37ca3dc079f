//! [`LoopTransports`]: the loop's methods that make transports and servers.
//!
//! Mirrors the network methods of `asyncio.base_events`.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use asyncio_executor::{EventLoop, Result};

use crate::connect::{ConnectAcceptedSocket, CreateConnection};
use crate::protocols::IntoProtocol;
use crate::resolve::{Host, Hosts, Purpose, Query};
use crate::server::CreateServer;

/// The loop's methods for connections and servers.
///
/// A protocol factory returns whatever is [`IntoProtocol`]; if it panics or [raises](crate::raise), there is no
/// connection, and no descriptor left over.
pub trait LoopTransports {
    /// Connects to `host` and `port` by TCP: `loop.create_connection`. The addresses of the host are tried one after
    /// the other. Returns the transport and the protocol once `connection_made` was called.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, the socket is closed; after the protocol was made, by way of `connection_lost`.
    ///
    /// # Errors
    ///
    /// `OSError` if the host is not found or no address can be connected to; `ValueError` if there is neither an
    /// address nor a socket, or both; whatever the factory raised; `CancelledError`.
    ///
    /// ```
    /// use asyncio_transports::{LoopTransports, Protocol, get_running_loop, run};
    ///
    /// run(async {
    ///     let event_loop = get_running_loop()?;
    ///     let server = event_loop.create_server(|| (), "127.0.0.1", 0).await?;
    ///     let port = server.sockets()[0].local_addr()?.port();
    ///     let (transport, _protocol) = event_loop.create_connection(|| (), "127.0.0.1", port).await?;
    ///     assert_eq!(transport.get_extra_info().peername().unwrap().port(), port);
    ///     transport.close();
    ///     server.close();
    ///     server.close_clients();
    ///     server.wait_closed().await
    /// })?;
    /// # Ok::<(), asyncio_transports::Error>(())
    /// ```
    fn create_connection<F, P, Kind>(
        &self,
        factory: F,
        host: impl Into<Host>,
        port: impl Into<Option<u16>>,
    ) -> CreateConnection<F, Kind>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>;

    /// Listens for TCP connections on all addresses of `host`, one name or several: `loop.create_server`. The factory
    /// makes a protocol for each connection.
    ///
    /// Port 0 is one that the system chooses, for each address another one.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, the sockets are closed.
    ///
    /// # Errors
    ///
    /// `OSError` if a host is not found or an address cannot be bound to; `ValueError` if there is neither an address
    /// nor a socket, or both; `CancelledError`.
    fn create_server<F, P, Kind>(
        &self,
        factory: F,
        host: impl Into<Hosts>,
        port: impl Into<Option<u16>>,
    ) -> CreateServer<F, Kind>
    where
        F: FnMut() -> P + 'static,
        P: IntoProtocol<Kind>;

    /// Makes a transport of a connection that was accepted outside of asyncio: `loop.connect_accepted_socket`.
    ///
    /// # Cancel safety
    ///
    /// As [`create_connection`](LoopTransports::create_connection).
    ///
    /// # Errors
    ///
    /// `ValueError` if `sock` is not a stream socket; whatever the factory raised; `CancelledError`.
    fn connect_accepted_socket<F, P, Kind>(
        &self,
        factory: F,
        sock: impl Into<OwnedFd>,
    ) -> ConnectAcceptedSocket<F, Kind>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>;

    /// The addresses of `host` with `port`, in the order in which to try them: `loop.getaddrinfo`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, the answer is ignored.
    ///
    /// # Errors
    ///
    /// `OSError` if the host is not found; `CancelledError`.
    fn getaddrinfo(
        &self,
        host: impl Into<Host>,
        port: u16,
    ) -> impl Future<Output = Result<Vec<SocketAddr>>> + 'static;
}

impl LoopTransports for EventLoop {
    fn create_connection<F, P, Kind>(
        &self,
        factory: F,
        host: impl Into<Host>,
        port: impl Into<Option<u16>>,
    ) -> CreateConnection<F, Kind>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>,
    {
        CreateConnection::new(self.clone(), factory, host.into(), port.into())
    }

    fn create_server<F, P, Kind>(
        &self,
        factory: F,
        host: impl Into<Hosts>,
        port: impl Into<Option<u16>>,
    ) -> CreateServer<F, Kind>
    where
        F: FnMut() -> P + 'static,
        P: IntoProtocol<Kind>,
    {
        CreateServer::new(self.clone(), factory, host.into(), port.into())
    }

    fn connect_accepted_socket<F, P, Kind>(
        &self,
        factory: F,
        sock: impl Into<OwnedFd>,
    ) -> ConnectAcceptedSocket<F, Kind>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>,
    {
        ConnectAcceptedSocket::new(self.clone(), factory, sock.into())
    }

    fn getaddrinfo(
        &self,
        host: impl Into<Host>,
        port: u16,
    ) -> impl Future<Output = Result<Vec<SocketAddr>>> + 'static {
        let (event_loop, host) = (self.clone(), host.into());
        async move {
            let query = Query {
                host: &host,
                port,
                family: None,
                purpose: Purpose::Connect,
            };
            query.resolve(&event_loop).await
        }
    }
}
