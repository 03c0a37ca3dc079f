//! An echo server of the kind that its argument names, whose system calls a test counts. It ends when it is told `stop`.

use asyncio::prelude::*;
use asyncio::{Future, Protocol, Result, StreamReader, StreamWriter, Transport, ValueError};

fn main() -> Result<()> {
    let kind = std::env::args().nth(1).unwrap_or_default();
    asyncio::run(async move {
        let event_loop = asyncio::get_running_loop()?;
        let stopped = event_loop.create_future();
        let server = match kind.as_str() {
            "protocol" => {
                let stopped = stopped.clone();
                let echo = move || Echo {
                    transport: None,
                    stopped: stopped.clone(),
                };
                event_loop.create_server(echo, "127.0.0.1", 0).await?
            }
            "streams" => {
                let stopped = stopped.clone();
                let serve = move |reader, writer| echo(reader, writer, stopped.clone());
                asyncio::start_server(serve, "127.0.0.1", 0).await?
            }
            _ => return Err(ValueError::with_message("there is no such server").into()),
        };
        println!("{}", server.sockets()[0].local_addr()?);
        stopped.await?;
        server.close();
        server.close_clients();
        server.wait_closed().await
    })
}

struct Echo {
    transport: Option<Transport>,
    stopped: Future<()>,
}

impl Protocol for Echo {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        match &self.transport {
            Some(transport) if data != STOP => transport.write(data),
            _ => stop(&self.stopped),
        }
    }
}

async fn echo(
    mut reader: StreamReader,
    mut writer: StreamWriter,
    stopped: Future<()>,
) -> Result<()> {
    loop {
        let data = reader.read(1 << 20).await?;
        if data.is_empty() || data == STOP {
            break;
        }
        writer.write(&data);
        writer.drain().await?;
    }
    if !reader.at_eof() {
        stop(&stopped);
    }
    writer.close();
    writer.wait_closed().await
}

fn stop(stopped: &Future<()>) {
    stopped.set_result(()).expect("it is told once");
}

const STOP: &[u8] = b"stop";
