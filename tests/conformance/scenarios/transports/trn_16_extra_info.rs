//! TRN-16: what get_extra_info() tells about a TCP transport.

use asyncio::{AddressFamily, Result, SocketKind};

use crate::net;

async fn program() -> Result<()> {
    let (transport, _protocol, peer) = net::connect(|| ()).await?;
    let (ours, theirs) = (peer.peer_addr()?, peer.local_addr()?);
    let info = transport.get_extra_info();
    println!("peername {}", info.peername() == Some(theirs));
    println!("sockname {}", info.sockname() == Some(ours));
    let sock = info.socket().expect("it has one");
    println!(
        "socket {} {}",
        sock.local_addr()? == ours,
        sock.peer_addr()? == theirs
    );
    println!(
        "stream {} IPv4 {}",
        sock.kind()? == SocketKind::Stream,
        sock.family()? == AddressFamily::Inet
    );
    transport.close();
    drop(peer);
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
