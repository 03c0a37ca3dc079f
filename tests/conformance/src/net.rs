//! What the twins with connections share: transports and streams whose other end is a plain blocking socket.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use asyncio::prelude::*;
use asyncio::{Error, IntoProtocol, Result, StreamReader, StreamWriter, Transport};
use socket2::{Domain, SockRef, Socket, Type};

/// `show(data)`: the text in quotes.
pub(crate) fn show(data: impl AsRef<[u8]>) -> String {
    let text = String::from_utf8_lossy(data.as_ref());
    let text = text.replace('\\', "\\\\");
    format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r"))
}

/// `says(exc, *parts)`: whether the text of an error has all of these in it.
pub(crate) fn says(error: &Error, parts: &[&str]) -> bool {
    let text = error.to_string();
    parts.iter().all(|part| text.contains(part))
}

/// `connect(factory)`.
pub(crate) async fn connect<F, P, Kind>(factory: F) -> Result<(Transport, P::Handle, TcpStream)>
where
    F: FnOnce() -> P + 'static,
    P: IntoProtocol<Kind>,
    Kind: 'static,
{
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    let event_loop = asyncio::get_running_loop()?;
    let (transport, protocol) = event_loop.create_connection(factory, HOST, port).await?;
    let (peer, _) = listener.accept()?;
    Ok((transport, protocol, peer))
}

/// `open_stream()`.
pub(crate) async fn open_stream() -> Result<(StreamReader, StreamWriter, TcpStream)> {
    open_stream_with_limit(1 << 16).await
}

/// `open_stream(limit=...)`.
pub(crate) async fn open_stream_with_limit(
    limit: usize,
) -> Result<(StreamReader, StreamWriter, TcpStream)> {
    let listener = TcpListener::bind((HOST, 0))?;
    let port = listener.local_addr()?.port();
    let (reader, writer) = asyncio::open_connection(HOST, port).limit(limit).await?;
    let (peer, _) = listener.accept()?;
    Ok((reader, writer, peer))
}

/// A connected pair of plain sockets.
pub(crate) fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((HOST, 0))?;
    let sock = TcpStream::connect(listener.local_addr()?)?;
    let (peer, _) = listener.accept()?;
    Ok((sock, peer))
}

/// A socket that is bound to a port but does not listen, so that a connection is refused.
pub(crate) fn deaf_socket() -> io::Result<(Socket, u16)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let address = socket.local_addr()?.as_socket();
    Ok((socket, address.map_or(0, |address| address.port())))
}

/// `fill(transport)`: writes until the kernel takes no more, returns the number of bytes written.
pub(crate) fn fill(transport: &Transport) -> usize {
    let mut written = 0;
    while transport.get_write_buffer_size() == 0 {
        transport.write(&[0; CHUNK]);
        written += CHUNK;
    }
    written
}

/// `receive(peer, size)`: reads this many bytes at the other end while the loop goes on.
pub(crate) async fn receive(mut peer: &TcpStream, size: usize) -> Result<usize> {
    peer.set_nonblocking(true)?;
    let mut buffer = [0; CHUNK];
    let mut received = 0;
    while received != size {
        match peer.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => received += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        asyncio::sleep(0).await?;
    }
    Ok(received)
}

/// `receive(peer, -1)`: to the end.
pub(crate) async fn receive_all(peer: &TcpStream) -> Result<usize> {
    receive(peer, usize::MAX).await
}

/// `peer.recv(size, socket.MSG_WAITALL)`.
pub(crate) fn recv(peer: &TcpStream, size: u64) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    peer.take(size).read_to_end(&mut data)?;
    Ok(data)
}

/// `reset(peer)`: closes with a reset instead of an end of file.
pub(crate) fn reset(peer: TcpStream) -> io::Result<()> {
    SockRef::from(&peer).set_linger(Some(Duration::ZERO))
}

/// `count_descriptors()`.
pub(crate) fn count_descriptors() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count())
}

/// `"127.0.0.1"`.
pub(crate) const HOST: &str = "127.0.0.1";

const CHUNK: usize = 65536;
