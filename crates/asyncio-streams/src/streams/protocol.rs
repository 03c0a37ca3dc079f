//! [`StreamReaderProtocol`]: what a transport calls, on behalf of a reader and its writers. Mirrors the class of
//! `asyncio.streams`.

use std::cell::Cell;
use std::fmt;
use std::rc::{Rc, Weak};

use asyncio_tasks::{Error, Result, get_running_loop};
use asyncio_transports::{ProtocolObject, Transport};

use super::client_connected::{ClientConnected, ClientConnectedOutput, Handler};
use super::flow_control::FlowControl;
use super::incoming::Incoming;
use super::reader::StreamReader;
use super::writer::StreamWriter;

/// The protocol between a transport and a [`StreamReader`]: `asyncio.StreamReaderProtocol`.
///
/// [`open_connection`](crate::open_connection) and [`start_server`](crate::start_server) make one; with a transport of
/// another kind it is made by hand:
///
/// ```no_run
/// use asyncio_streams::{StreamReader, StreamReaderProtocol, StreamWriter};
/// use asyncio_transports::LoopTransports;
///
/// # asyncio_tasks::run(async {
/// let event_loop = asyncio_tasks::get_running_loop()?;
/// let reader = StreamReader::default();
/// let protocol = StreamReaderProtocol::new(&reader);
/// let flow_control = protocol.flow_control().clone();
/// let (transport, _) = event_loop.create_connection(|| protocol, "localhost", 8888).await?;
/// let writer = StreamWriter::new(&transport, &flow_control, Some(&reader), &event_loop);
/// # drop(writer); Ok(()) }).unwrap();
/// ```
pub struct StreamReaderProtocol {
    /// Of the reader. Reader and writers own it, and it owns the transport, which owns this protocol.
    incoming: Weak<Incoming>,
    flow_control: FlowControl,
    /// Of a server's connection, until that is made: the reader, and who gets it then.
    client: Cell<Option<Client>>,
}

struct Client {
    reader: StreamReader,
    handler: Rc<dyn ClientConnected>,
}

impl StreamReaderProtocol {
    /// For a connection that this program opens: `StreamReaderProtocol(reader)`.
    pub fn new(reader: &StreamReader) -> Rc<Self> {
        Rc::new(StreamReaderProtocol {
            incoming: Rc::downgrade(reader.incoming()),
            flow_control: FlowControl::new(),
            client: Cell::new(None),
        })
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
        Self::of_server(reader, Rc::new(Handler::new(client_connected_cb)))
    }

    pub(crate) fn of_server(reader: StreamReader, handler: Rc<dyn ClientConnected>) -> Rc<Self> {
        Rc::new(StreamReaderProtocol {
            incoming: Rc::downgrade(reader.incoming()),
            flow_control: FlowControl::new(),
            client: Cell::new(Some(Client { reader, handler })),
        })
    }

    /// What a [`StreamWriter`] to the same connection needs.
    pub fn flow_control(&self) -> &FlowControl {
        &self.flow_control
    }
}

impl ProtocolObject for StreamReaderProtocol {
    fn connection_made(&self, transport: &Transport) -> Result<()> {
        if let Some(incoming) = self.incoming.upgrade() {
            incoming.set_transport(transport.clone());
        }
        if let Some(Client { reader, handler }) = self.client.take() {
            let event_loop = get_running_loop()?;
            let writer =
                StreamWriter::new(transport, &self.flow_control, Some(&reader), &event_loop);
            handler.call(reader, writer, &event_loop);
        }
        Ok(())
    }

    fn data_received(&self, data: &[u8]) -> Result<()> {
        if let Some(incoming) = self.incoming.upgrade() {
            incoming.feed_data(data);
        }
        Ok(())
    }

    /// The connection stays open for writing (STR-13).
    fn eof_received(&self) -> Result<bool> {
        if let Some(incoming) = self.incoming.upgrade() {
            incoming.feed_eof();
        }
        Ok(true)
    }

    fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
        if let Some(incoming) = self.incoming.upgrade() {
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
