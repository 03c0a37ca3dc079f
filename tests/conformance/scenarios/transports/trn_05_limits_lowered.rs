//! TRN-05: lowering the high mark below what is buffered pauses the protocol at once.

use asyncio::{Protocol, Result};

use crate::net;
use crate::py::Lines;

struct Client {
    log: Lines,
}

impl Protocol for Client {
    fn pause_writing(&mut self) {
        self.log.append("pause_writing");
    }
}

async fn program() -> Result<()> {
    let log = Lines::default();
    let client = Client { log: log.clone() };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    transport.set_write_buffer_limits(Some(1 << 30), None)?;
    net::fill(&transport);
    log.append("lower the mark");
    transport.set_write_buffer_limits(Some(0), None)?;
    log.append("lowered");
    transport.set_write_buffer_limits(Some(0), None)?;
    println!("{}", log.join(", "));
    transport.abort();
    drop(peer);
    asyncio::sleep(0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
