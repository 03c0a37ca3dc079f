//! [`StreamReaderProtocol`]: what a transport calls, on behalf of a reader and its writers. Mirrors the class of
//! `asyncio.streams`.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use asyncio_tasks::{Error, Result, get_running_loop};
use asyncio_transports::{ProtocolObject, Receives, Transport};
use bytes::Bytes;

use super::client_connected::{ClientConnectedOutput, Handler, SharedHandler};
use super::flow_control::FlowControl;
use super::incoming::Incoming;
use super::link::Link;
use super::reader::StreamReader;
use super::writer::StreamWriter;

/// The protocol between a transport and a [`StreamReader`]: `asyncio.StreamReaderProtocol`.
///
/// [`open_connection`](crate::open_connection) and [`start_server`](crate::start_server) make one; with a transport of
/// another kind it is made by hand:
///
/// ```
/// use asyncio_streams::{
///     LoopTransports, StreamReader, StreamReaderProtocol, StreamWriter, get_running_loop, run, start_server,
/// };
///
/// run(async {
///     let event_loop = get_running_loop()?;
///     let greet = |_reader: StreamReader, mut writer: StreamWriter| {
///         writer.write(b"hello");
///         writer.close();
///     };
///     let server = start_server(greet, "127.0.0.1", 0).await?;
///     let port = server.sockets()[0].local_addr()?.port();
///
///     let mut reader = StreamReader::default();
///     let protocol = StreamReaderProtocol::new(&reader);
///     let connecting = event_loop.create_connection(|| protocol, "127.0.0.1", port);
///     let (transport, protocol) = connecting.await?;
///     let flow_control = protocol.flow_control();
///     let mut writer = StreamWriter::new(&transport, flow_control, Some(&reader), &event_loop);
///     assert_eq!(reader.read_to_end().await?, "hello");
///     writer.close();
///     writer.wait_closed().await?;
///     server.close();
///     server.wait_closed().await
/// }).unwrap();
/// ```
pub struct StreamReaderProtocol {
    /// Of the reader as well, to which it leads, but it makes no claim to what arrives.
    flow_control: FlowControl,
    /// Of a server's connection, until that is made: the reader, and who gets it then.
    client: Cell<Option<Client>>,
}

struct Client {
    incoming: Incoming,
    handler: SharedHandler,
}

impl StreamReaderProtocol {
    /// For a connection that this program opens: `StreamReaderProtocol(reader)`.
    pub fn new(reader: &StreamReader) -> Rc<Self> {
        StreamReaderProtocol::of(reader.incoming().link(), None)
    }

    /// For a connection that a server accepts: `StreamReaderProtocol(reader, client_connected_cb)`. Once the
    /// connection is made, `client_connected_cb` is called as [`start_server`](crate::start_server) says.
    pub fn with_client_connected<F, R, Kind>(
        reader: StreamReader,
        client_connected_cb: F,
    ) -> Rc<Self>
    where
        F: Fn(StreamReader, StreamWriter) -> R + 'static,
        R: ClientConnectedOutput<Kind>,
        Kind: 'static,
    {
        Self::of_server(reader, &Handler::shared(client_connected_cb))
    }

    pub(crate) fn of_server(reader: StreamReader, handler: &SharedHandler) -> Rc<Self> {
        let incoming = reader.incoming().clone();
        let link = incoming.link().clone();
        let handler = handler.clone();
        StreamReaderProtocol::of(&link, Some(Client { incoming, handler }))
    }

    fn of(link: &Rc<Link>, client: Option<Client>) -> Rc<Self> {
        Rc::new(StreamReaderProtocol {
            flow_control: FlowControl::of(link.clone()),
            client: Cell::new(client),
        })
    }

    /// Where to put what arrives, if anybody wants it.
    #[inline]
    fn incoming(&self) -> Option<&Link> {
        let link = self.flow_control.link();
        link.is_claimed().then_some(&**link)
    }

    /// What a [`StreamWriter`] to the same connection needs.
    pub fn flow_control(&self) -> &FlowControl {
        &self.flow_control
    }
}

impl ProtocolObject for StreamReaderProtocol {
    fn receives(&self) -> Receives {
        Receives::Bytes
    }

    fn connection_made(&self, transport: &Transport) -> Result<()> {
        if let Some(incoming) = self.incoming() {
            incoming.set_transport(transport.clone());
        }
        if let Some(Client { incoming, handler }) = self.client.take() {
            let (event_loop, reader) = (get_running_loop()?, StreamReader::from_incoming(incoming));
            let writer =
                StreamWriter::new(transport, &self.flow_control, Some(&reader), &event_loop);
            handler.call(reader, writer);
        }
        Ok(())
    }

    fn data_received(&self, data: &[u8]) -> Result<()> {
        if let Some(incoming) = self.incoming() {
            incoming.feed_data(data);
        }
        Ok(())
    }

    fn bytes_received(&self, data: Bytes) -> Result<()> {
        if let Some(incoming) = self.incoming() {
            incoming.feed_bytes(data);
        }
        Ok(())
    }

    /// The connection stays open for writing (STR-13).
    fn eof_received(&self) -> Result<bool> {
        if let Some(incoming) = self.incoming() {
            incoming.feed_eof();
        }
        Ok(true)
    }

    fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
        if let Some(incoming) = self.incoming() {
            match exc.clone() {
                Some(exc) => incoming.set_exception(exc),
                None => incoming.feed_eof(),
            }
        }
        self.flow_control.connection_lost(exc);
        Ok(())
    }

    fn pause_writing(&self) -> Result<()> {
        self.flow_control.pause_writing();
        Ok(())
    }

    fn resume_writing(&self) -> Result<()> {
        self.flow_control.resume_writing();
        Ok(())
    }
}

impl fmt::Debug for StreamReaderProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<StreamReaderProtocol>")
    }
}
