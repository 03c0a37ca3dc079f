//! SRV-12: a cancel while create_connection() waits for connection_made() closes the transport.

use asyncio::prelude::*;
use asyncio::{Error, Protocol, Result, Transport};

use crate::net;
use crate::py::{self, Lines};

struct Client {
    log: Lines,
}

impl Protocol for Client {
    fn connection_made(&mut self, transport: Transport) {
        let closing = transport.is_closing();
        self.log
            .append(format!("connection_made, closing {closing}"));
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log.append(format!("connection_lost {exc}"));
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let (sock, peer) = net::pair()?;
    let client = Client { log: log.clone() };
    let connecting = event_loop
        .create_connection(|| client, None, None)
        .sock(sock);
    let open_transport = async move {
        connecting.await?;
        Ok(())
    };

    let task = asyncio::create_task(open_transport);
    let cancelled = task.clone();
    event_loop.call_soon(move || cancelled.cancel_with("stop"));
    if let Err(e) = task.await {
        log.append(format!("create_connection {}", py::error(&e)));
    }
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    println!("{}", log.join("\n"));
    println!("peer reads {}", net::show(net::recv(&peer, 1)?));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
