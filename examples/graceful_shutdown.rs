//! A server that shuts down in order, on Ctrl-C and on `SIGTERM` alike.
//!
//!     cargo run --example graceful_shutdown                     # serves three clients of its own, and ends itself
//!     cargo run --example graceful_shutdown -- 127.0.0.1:8888   # serves until it gets a signal
//!
//! Talk to it with `nc 127.0.0.1 8888`, and press Ctrl-C where it runs: it accepts no more clients, and those that are
//! there may finish their conversation. A second Ctrl-C ends it at once. The shell sees the signal: `echo $?` says 130
//! after Ctrl-C and 143 after `kill`.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use asyncio::signal::{SIGHUP, SIGTERM, raise_signal};
use asyncio::{Server, SignalInterrupt, StreamReader, StreamWriter};

/// `shutdown_signals` makes `SIGTERM` do what Ctrl-C does: the first one cancels `main`, which then cleans up.
#[asyncio::main(shutdown_signals)]
async fn main() -> asyncio::Result<()> {
    let address = std::env::args().nth(1);
    let served = Rc::new(Cell::new(0));
    let server = start(address.as_deref().unwrap_or("127.0.0.1:0"), &served).await?;
    let address_in_use = server.sockets()[0].local_addr()?;
    println!("serving on {address_in_use}");
    report_on_hang_up(&served)?;
    let clients = match address {
        Some(_) => None,
        None => Some(asyncio::create_task(demonstrate(address_in_use))),
    };

    // It ends when `main` is cancelled, in no other way.
    let cancelled = asyncio::get_running_loop()?.create_future::<()>().await;

    println!("a signal: no new clients, the others may finish");
    server.close();
    server.wait_closed().await?;
    if let Some(clients) = clients {
        clients.await?;
    }
    println!("clients served: {}", served.get());
    exit_well_if_demonstrating(cancelled)
}
