//! A server that shuts down in order, on Ctrl-C and on `SIGTERM` alike.
//!
//!     cargo run --example graceful_shutdown                     # with clients of its own; sends itself the signal
//!     cargo run --example graceful_shutdown -- 127.0.0.1:8888   # serves until it gets one
//!
//! Talk to it with `nc 127.0.0.1 8888`, then press Ctrl-C where it runs: it takes no new clients, and those that are
//! there may finish. A second Ctrl-C ends it at once. `kill -HUP` has it say how busy it is. The shell sees by which
//! signal it ended: `$?` is 130 after Ctrl-C, 143 after `kill`.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::signal::{SIGHUP, SIGTERM, raise_signal};
use asyncio::{Server, StreamReader, StreamWriter, TimeoutError};

/// `shutdown_signals` makes `SIGTERM` do what Ctrl-C does: the first one cancels `main`, the second ends the program.
#[asyncio::main(shutdown_signals)]
async fn main() -> asyncio::Result<()> {
    let address = std::env::args().nth(1);
    let echoed = Rc::new(Cell::new(0));
    let server = start(address.as_deref().unwrap_or("127.0.0.1:0"), &echoed).await?;
    let listening = server.sockets()[0].local_addr()?;
    println!("serving on {listening}");
    let demonstration = match address {
        Some(_) => None,
        None => Some(asyncio::create_task(demonstrate(listening))),
    };

    // Nothing completes this future: the wait ends when `main` is cancelled, and clean-up is what follows.
    let signalled = asyncio::get_running_loop()?.create_future::<()>().await;

    println!("shutting down: no new clients, the others may finish");
    server.close();
    let finished = asyncio::wait_for(server.wait_closed(), PATIENCE).await;
    if finished.is_err_and(|error| error.is::<TimeoutError>()) {
        println!("some of them never do");
        server.abort_clients();
        server.wait_closed().await?;
    }
    println!("{} lines echoed", echoed.get());
    match demonstration {
        // A program may also swallow the cancellation, and end as any other.
        Some(clients) => clients.await,
        // Passed on, it makes the program die of the signal, now that everything is in order.
        None => signalled,
    }
}

async fn start(address: &str, echoed: &Rc<Cell<u32>>) -> asyncio::Result<Server> {
    let address: SocketAddr = address.parse()?;
    // Any other signal can be an event of the loop too. The handler runs between two steps, so it may use anything.
    asyncio::get_running_loop()?.add_signal_handler(SIGHUP, {
        let echoed = echoed.clone();
        move || println!("so far {} lines echoed", echoed.get())
    })?;
    let echoed = echoed.clone();
    asyncio::start_server(
        move |reader, writer| echo(reader, writer, echoed.clone()),
        address.ip().to_string(),
        address.port(),
    )
    .await
}

async fn echo(
    mut reader: StreamReader,
    mut writer: StreamWriter,
    echoed: Rc<Cell<u32>>,
) -> asyncio::Result<()> {
    loop {
        let line = reader.readline().await?;
        if line.is_empty() {
            break;
        }
        writer.write(&line);
        writer.drain().await?;
        echoed.set(echoed.get() + 1);
    }
    writer.close();
    writer.wait_closed().await
}

/// Clients that are in the middle of something when the signal comes.
async fn demonstrate(server: SocketAddr) -> asyncio::Result<()> {
    let mut clients = Vec::new();
    for name in ["Ada", "Grace", "Margaret"] {
        let (mut reader, mut writer) = connect(server).await?;
        writer.write(format!("{name} is here\n").as_bytes());
        print!("{}", String::from_utf8_lossy(&reader.readline().await?));
        clients.push((name, reader, writer));
    }
    raise_signal(SIGHUP)?;
    raise_signal(SIGTERM)?;
    asyncio::sleep(0.01).await?;
    if let Err(error) = connect(server).await {
        println!("a new client gets a {}", error.type_name());
    }
    for (name, mut reader, mut writer) in clients {
        writer.write(format!("{name} says good-bye\n").as_bytes());
        print!("{}", String::from_utf8_lossy(&reader.readline().await?));
        writer.close();
        writer.wait_closed().await?;
    }
    Ok(())
}

async fn connect(server: SocketAddr) -> asyncio::Result<(StreamReader, StreamWriter)> {
    asyncio::open_connection("127.0.0.1", server.port()).await
}

/// How long clients may take, in seconds.
const PATIENCE: f64 = 10.0;
