//! TRN-15: writelines() sends all chunks in order, skips empty ones and obeys flow control.

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

    fn resume_writing(&mut self) {
        self.log.append("resume_writing");
    }
}

async fn program() -> Result<()> {
    let log = Lines::default();
    let client = Client { log: log.clone() };
    let (transport, _protocol, peer) = net::connect(|| client).await?;
    transport.writelines(&["one ", "", "two ", "three"]);
    println!("buffered {}", transport.get_write_buffer_size());
    println!("{}", net::show(net::recv(&peer, 13)?));
    transport.writelines(&[""; 0]);
    transport.writelines(&["", ""]);
    let many = ["x"; 3000];
    transport.writelines(&many);
    println!("many chunks {}", net::receive(&peer, 3000).await?);

    let mut written = net::fill(&transport);
    log.clear();
    let base = transport.get_write_buffer_size();
    transport.set_write_buffer_limits(Some(base + 200000), Some(0))?;
    log.append("writelines");
    transport.writelines(&[vec![0; 4000000], vec![], vec![0; 4000000]]);
    log.append("returned");
    written += 8000000;
    transport.close();
    let received = net::receive_all(&peer).await?;
    println!("all received {}", received == written);
    asyncio::sleep(0).await?;
    println!("{}", log.join(", "));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
