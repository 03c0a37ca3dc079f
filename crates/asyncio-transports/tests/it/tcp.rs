//! TCP transports: the contract, and what is special about them.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use asyncio_transports::{
    AddressFamily, IntoProtocol, LoopTransports, Result, SocketKind, Transport, get_running_loop,
};
use socket2::SockRef;

use crate::contract::{Client, Medium, Peer, stream_transport_contract};
use crate::support::{Log, log_reports, pass, run};

/// TCP between two sockets of this machine.
enum Tcp {}

impl Medium for Tcp {
    type Peer = TcpStream;

    async fn connect<F, P, Kind>(factory: F) -> Result<(Transport, P::Handle, TcpStream)>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>,
        Kind: 'static,
    {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let connecting = event_loop.create_connection(factory, "127.0.0.1", port);
        let (transport, protocol) = connecting.await?;
        let (peer, _) = listener.accept()?;
        peer.set_nonblocking(true)?;
        Ok((transport, protocol, peer))
    }
}

impl Peer for TcpStream {
    fn end_output(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn try_clone(&self) -> io::Result<Self> {
        TcpStream::try_clone(self)
    }
}

stream_transport_contract!(Tcp);

#[test]
fn trn_02_nodelay_is_set() {
    run(async {
        let (transport, _, _peer) = Tcp::connect(|| ()).await?;
        assert!(transport.get_extra_info().socket().unwrap().nodelay()?);
        transport.close();
        pass(2).await
    });
}

#[test]
fn trn_11_a_reset_is_not_reported() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let client = Client::new(&log);
        let (transport, _, peer) = Tcp::connect(|| client).await?;
        let name = transport.get_extra_info().peername().unwrap();
        SockRef::from(&peer).set_linger(Some(std::time::Duration::ZERO))?;
        drop(peer);
        log.until("connection_lost").await?;
        let lost = format!(
            "connection_lost ConnectionResetError: receive from {name}: connection reset by peer"
        );
        assert_eq!(log.take(), ["connection_made", &lost]);
        Ok(())
    });
}

#[test]
fn trn_11_a_write_to_a_reset_connection_ends_it() {
    run(async {
        let log = Log::default();
        log_reports(&log);
        let client = Client::new(&log);
        let (transport, _, peer) = Tcp::connect(|| client).await?;
        let name = transport.get_extra_info().peername().unwrap();
        transport.pause_reading();
        SockRef::from(&peer).set_linger(Some(std::time::Duration::ZERO))?;
        drop(peer);
        transport.write(b"x");
        assert!(transport.is_closing());
        log.until("connection_lost").await?;
        let lost = format!(
            "connection_lost ConnectionResetError: send to {name}: connection reset by peer"
        );
        assert_eq!(log.take(), ["connection_made", &lost]);
        Ok(())
    });
}

#[test]
fn trn_16_extra_info() {
    run(async {
        let (transport, _, peer) = Tcp::connect(|| ()).await?;
        let info = transport.get_extra_info();
        assert_eq!(info.peername(), Some(peer.local_addr()?));
        assert_eq!(info.sockname(), Some(peer.peer_addr()?));
        let socket = info.socket().unwrap();
        assert_eq!(socket.local_addr()?, peer.peer_addr()?);
        assert_eq!(socket.peer_addr()?, peer.local_addr()?);
        assert_eq!(socket.family()?, AddressFamily::Inet);
        assert_eq!(socket.kind()?, SocketKind::Stream);
        assert_eq!(
            format!("{transport:?}"),
            format!(
                "<StreamTransport fd={} read=polling write=<idle, bufsize=0>>",
                socket.fileno()
            )
        );
        transport.close();
        pass(2).await?;
        assert_eq!(format!("{transport:?}"), "<StreamTransport closed>");
        Ok(())
    });
}

/// A half-open transport that is told to read again finds the end of file again.
#[test]
fn eof_comes_again_after_a_pause() {
    run(async {
        let log = Log::default();
        let client = Client::new(&log).keep_open();
        let (transport, _, mut peer) = Tcp::connect(|| client).await?;
        peer.write_all(b"x")?;
        peer.shutdown(Shutdown::Write)?;
        log.until("eof_received").await?;
        transport.pause_reading();
        transport.resume_reading();
        log.until_count("eof_received", 2).await?;
        transport.abort();
        log.until("connection_lost").await
    });
}
