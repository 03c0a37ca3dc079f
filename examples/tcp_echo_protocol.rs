//! An echo server and its client as protocols: callbacks that the loop calls, without any task for a connection.
//!
//!     cargo run --example tcp_echo_protocol
//!
//! Streams are built on these. Protocols are for whoever writes a library, or counts every nanosecond.

use asyncio::prelude::*; // gives the loop `create_server` and its kin
use asyncio::{Error, Future, Protocol, Transport};

/// The server makes one for each connection.
#[derive(Default)]
struct EchoServer {
    transport: Option<Transport>,
}

impl Protocol for EchoServer {
    fn connection_made(&mut self, transport: Transport) {
        println!("server: a connection");
        self.transport = Some(transport);
    }

    /// The slice is the loop's own buffer: nothing is copied, and nothing is allocated.
    fn data_received(&mut self, data: &[u8]) {
        println!("server: {} bytes", data.len());
        if let Some(transport) = &self.transport {
            transport.write(data);
        }
    }

    /// The client sends no more. `false` closes the connection, once everything is sent.
    fn eof_received(&mut self) -> bool {
        println!("server: the end");
        false
    }
}

struct EchoClient {
    message: &'static [u8],
    echo: Vec<u8>,
    /// How callbacks talk to coroutines: a future is set here and awaited there.
    done: Future<Vec<u8>>,
}

impl Protocol for EchoClient {
    fn connection_made(&mut self, transport: Transport) {
        transport.write(self.message);
        transport.write_eof();
    }

    fn data_received(&mut self, data: &[u8]) {
        self.echo.extend_from_slice(data);
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let told = match exc {
            None => self.done.set_result(std::mem::take(&mut self.echo)),
            Some(exc) => self.done.set_exception(exc),
        };
        told.expect("a connection is lost once");
    }
}

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop
        .create_server(EchoServer::default, "127.0.0.1", 0)
        .await?;
    let port = server.sockets()[0].local_addr()?.port();

    let done = event_loop.create_future();
    let client = EchoClient {
        message: b"one message, in as many parts as the network likes",
        echo: Vec::new(),
        done: done.clone(),
    };
    event_loop
        .create_connection(move || client, "127.0.0.1", port)
        .await?;
    println!("client: {} bytes came back", done.await?.len());

    server.close();
    server.wait_closed().await
}

/// The long way round, for those who want the loop in their hands: `#[asyncio::main]` does this and more.
fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let outcome = event_loop.run_until_complete(program());
    event_loop.close()?;
    outcome
}
