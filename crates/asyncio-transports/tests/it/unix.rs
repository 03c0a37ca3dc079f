//! The contract for transports over Unix sockets.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use asyncio_transports::{
    AddressFamily, IntoProtocol, LoopTransports, Result, Transport, get_running_loop,
};

use crate::contract::{Medium, Peer, stream_transport_contract};
use crate::support::{pass, run};

/// A pair of connected Unix sockets.
enum Unix {}

impl Medium for Unix {
    type Peer = UnixStream;

    async fn connect<F, P, Kind>(factory: F) -> Result<(Transport, P::Handle, UnixStream)>
    where
        F: FnOnce() -> P + 'static,
        P: IntoProtocol<Kind>,
        Kind: 'static,
    {
        let event_loop = get_running_loop()?;
        let (socket, peer) = UnixStream::pair()?;
        let connecting = event_loop.create_connection(factory, None, None);
        let (transport, protocol) = connecting.sock(socket).await?;
        peer.set_nonblocking(true)?;
        Ok((transport, protocol, peer))
    }
}

impl Peer for UnixStream {
    fn end_output(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn try_clone(&self) -> io::Result<Self> {
        UnixStream::try_clone(self)
    }
}

stream_transport_contract!(Unix);

#[test]
fn trn_16_extra_info() {
    run(async {
        let (transport, _, _peer) = Unix::connect(|| ()).await?;
        let info = transport.get_extra_info();
        assert_eq!((info.sockname(), info.peername()), (None, None));
        let socket = info.socket().unwrap();
        assert_eq!(socket.family()?, AddressFamily::Unix);
        assert!(socket.local_addr().is_err());
        transport.close();
        pass(2).await
    });
}
