//! Programs on protocols and transports, over the loopback interface.

use std::io;

use asyncio::prelude::*;
use asyncio::{Error, Future, Protocol, Server, Transport};

/// Answers in capitals, and closes when the client has no more to say.
#[derive(Default)]
struct Shouter {
    transport: Option<Transport>,
}

impl Protocol for Shouter {
    fn connection_made(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    fn data_received(&mut self, data: &[u8]) {
        let transport = self.transport.as_ref().unwrap();
        transport.write(&data.to_ascii_uppercase());
    }
}

/// Says its parts, and completes a future with what came back.
struct Speaker {
    parts: Vec<&'static [u8]>,
    heard: Vec<u8>,
    done: Future<Vec<u8>>,
}

impl Protocol for Speaker {
    fn connection_made(&mut self, transport: Transport) {
        for part in &self.parts {
            transport.write(part);
        }
        assert!(transport.can_write_eof());
        transport.write_eof();
    }

    fn data_received(&mut self, data: &[u8]) {
        self.heard.extend_from_slice(data);
    }

    fn connection_lost(&mut self, exc: Option<Error>) {
        match exc {
            Some(exc) => self.done.set_exception(exc).unwrap(),
            None => self
                .done
                .set_result(std::mem::take(&mut self.heard))
                .unwrap(),
        }
    }
}

async fn shouting_server() -> asyncio::Result<(Server, u16)> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop
        .create_server(Shouter::default, "127.0.0.1", 0)
        .await?;
    let port = server.sockets()[0].local_addr()?.port();
    Ok((server, port))
}

async fn speak(port: u16, parts: Vec<&'static [u8]>) -> asyncio::Result<String> {
    let event_loop = asyncio::get_running_loop()?;
    let done = event_loop.create_future();
    let speaker = Speaker {
        parts,
        heard: Vec::new(),
        done: done.clone(),
    };
    let (transport, protocol) = event_loop
        .create_connection(move || speaker, "127.0.0.1", port)
        .await?;
    let heard = String::from_utf8(done.await?)?;
    assert!(transport.is_closing());
    assert!(protocol.with(|speaker| speaker.heard.is_empty()));
    Ok(heard)
}

#[test]
fn a_program_on_a_loop_of_its_own() {
    let event_loop = asyncio::new_event_loop().unwrap();
    let heard = event_loop.run_until_complete(async {
        let (server, port) = shouting_server().await?;
        let heard = speak(port, vec![b"one ", b"", b"after ", b"the other"]).await?;
        server.close();
        server.wait_closed().await?;
        Ok(heard)
    });
    event_loop.close().unwrap();
    assert_eq!(heard.unwrap(), "ONE AFTER THE OTHER");
}

#[asyncio::test]
async fn a_server_makes_a_protocol_for_each_connection() -> asyncio::Result<()> {
    let (server, port) = shouting_server().await?;
    let clients: Vec<_> = (0..20)
        .map(|_| asyncio::create_task(speak(port, vec![b"me too"])))
        .collect();
    for client in clients {
        assert_eq!(client.await?, "ME TOO");
    }
    server.close();
    server.wait_closed().await
}

#[asyncio::test]
async fn nobody_listens() -> asyncio::Result<()> {
    let (server, port) = shouting_server().await?;
    server.close();
    server.wait_closed().await?;
    let error = speak(port, Vec::new()).await.unwrap_err();
    let refused = error.downcast_ref::<io::Error>().unwrap();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(error.type_name(), "ConnectionRefusedError");
    let text = error.to_string();
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
    Ok(())
}

#[asyncio::test]
async fn an_aborted_connection_is_lost_at_once() -> asyncio::Result<()> {
    struct Silent(Future<bool>);
    impl Protocol for Silent {
        fn connection_lost(&mut self, exc: Option<Error>) {
            self.0.set_result(exc.is_none()).unwrap();
        }
    }
    let (server, port) = shouting_server().await?;
    let event_loop = asyncio::get_running_loop()?;
    let lost = event_loop.create_future();
    let silent = Silent(lost.clone());
    let (transport, _) = event_loop
        .create_connection(move || silent, "127.0.0.1", port)
        .await?;
    transport.abort();
    assert!(lost.await?);
    server.close();
    server.wait_closed().await
}
