//! TRN-03: write() sends at once, an empty write does nothing, a write after write_eof() is refused.

use asyncio::{Error, Result};

use crate::{net, py};

async fn program() -> Result<()> {
    let (transport, _protocol, peer) = net::connect(|| ()).await?;
    transport.write(b"");
    transport.write(b"one ");
    transport.write(&Vec::from(b"two "));
    transport.write(&b"three!"[..5]);
    println!("buffered {}", transport.get_write_buffer_size());
    println!("{}", net::show(net::recv(&peer, 13)?));
    transport.write_eof();
    println!("{}", net::show(net::recv(&peer, 1)?));
    if let Err(misuse) = transport.try_write(b"more") {
        println!("{}", py::error(&Error::from(misuse)));
    }
    if let Err(misuse) = transport.try_writelines(&[b"more"]) {
        println!("{}", py::error(&Error::from(misuse)));
    }
    transport.close();
    drop(peer);
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
