//! SRV-04: serve_forever() may run once; cancelling it closes the server and its clients, and waits for them.

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result, Transport};

use crate::net::{self, HOST};
use crate::py::{self, Lines};

struct Side {
    log: Lines,
    made: Future<()>,
}

impl Protocol for Side {
    fn connection_made(&mut self, _transport: Transport) {
        self.made.set_result(()).unwrap();
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        let exc = py::error(exc.as_ref());
        self.log
            .append(format!("server side connection_lost {exc}"));
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Lines::default();
    let made = event_loop.create_future();
    let factory = {
        let (log, made) = (log.clone(), made.clone());
        move || Side {
            log: log.clone(),
            made: made.clone(),
        }
    };
    let server = event_loop.create_server(factory, HOST, 0);
    let server = server.start_serving(false).await?;
    let port = server.sockets()[0].local_addr()?.port();
    let ours = server.clone();
    let serving = asyncio::create_task(async move { ours.serve_forever().await });
    asyncio::sleep(0).await?;
    println!("serving {}", server.is_serving());
    if let Err(e) = server.serve_forever().await {
        let text = " is already being awaited on serve_forever()";
        println!("{} {}", e.type_name(), e.to_string().ends_with(text));
    }
    let (mut reader, mut writer) = asyncio::open_connection(HOST, port).await?;
    made.await?;
    serving.cancel_with("enough");
    if let Err(e) = (&serving).await {
        log.append(format!("serve_forever {}", py::error(&e)));
    }
    println!("{}", log.join("\n"));
    let (is_serving, cancelled) = (server.is_serving(), serving.cancelled());
    println!("serving {is_serving} cancelled {cancelled}");
    println!("client reads {}", net::show(reader.read_to_end().await?));
    writer.close();
    writer.wait_closed().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
