//! SRV-04: close() stops listening but leaves the connections that exist.

use std::net::TcpStream;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Result, Transport};

use crate::net::{self, HOST};

struct Echo {
    made: Future<()>,
    transport: Option<Transport>,
}

impl Protocol for Echo {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
        self.made.set_result(()).unwrap();
    }

    fn data_received(&mut self, data: &[u8]) {
        self.transport.as_ref().expect("it is made").write(data);
    }
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let made = event_loop.create_future();
    let factory = {
        let made = made.clone();
        move || Echo {
            made: made.clone(),
            transport: None,
        }
    };
    let server = event_loop.create_server(factory, HOST, 0).await?;
    let address = server.sockets()[0].local_addr()?;
    let (mut reader, mut writer) = asyncio::open_connection(HOST, address.port()).await?;
    made.await?;
    server.close();
    writer.write(b"still there\n");
    println!("{}", net::show(reader.readline().await?));
    if let Err(refused) = TcpStream::connect(address) {
        println!("new connection: {}", Error::from(refused).type_name());
    }
    writer.close();
    writer.wait_closed().await?;
    server.wait_closed().await?;
    println!("closed");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
