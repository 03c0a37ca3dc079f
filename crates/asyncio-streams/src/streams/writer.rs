//! [`StreamWriter`]: what a connection sends. Mirrors the class of `asyncio.streams`.

use std::fmt;
use std::rc::Rc;

use asyncio_tasks::{EventLoop, Result, log, sleep};
use asyncio_transports::{ExtraInfo, Transport};

use super::flow_control::FlowControl;
use super::incoming::Incoming;
use super::reader::StreamReader;

/// Writes to a connection: `asyncio.StreamWriter`.
///
/// A cheap clone. [`close`](StreamWriter::close) it and await [`wait_closed`](StreamWriter::wait_closed); if the last
/// clone is dropped before that, the connection is closed with the warning `unclosed <StreamWriter ...>`.
///
/// [`write`](StreamWriter::write) never waits. Follow it with [`drain`](StreamWriter::drain), so that a peer that reads
/// slowly makes the writer wait and not the memory fill up.
///
/// # Cancel safety
///
/// What was written is sent, whatever becomes of the coroutine that waits. A wait that is cancelled or dropped has no
/// effect on the connection, nor on others who wait.
///
/// ```
/// use asyncio_streams::{Result, StreamReader, StreamWriter, open_connection, run, start_server};
///
/// async fn count(_reader: StreamReader, mut writer: StreamWriter) -> Result<()> {
///     for number in 1..=3 {
///         writer.write(format!("{number}\n").as_bytes());
///         writer.drain().await?;
///     }
///     writer.close();
///     writer.wait_closed().await
/// }
///
/// run(async {
///     let server = start_server(count, "127.0.0.1", 0).await?;
///     let port = server.sockets()[0].local_addr()?.port();
///     let (mut reader, mut writer) = open_connection("127.0.0.1", port).await?;
///     assert_eq!(writer.get_extra_info().peername().unwrap().port(), port);
///     assert_eq!(reader.read_to_end().await?, "1\n2\n3\n");
///     writer.close();
///     writer.wait_closed().await?;
///     server.close();
///     server.wait_closed().await
/// }).unwrap();
/// ```
pub struct StreamWriter(Rc<Connection>);

/// What the clones share.
struct Connection {
    transport: Transport,
    flow_control: FlowControl,
    /// Of the reader, whose exception is the writer's as well.
    incoming: Option<Incoming>,
    event_loop: EventLoop,
}

impl StreamWriter {
    /// A writer to `transport`, whose protocol has this [`FlowControl`]: `StreamWriter(transport, protocol, reader,
    /// loop)`. [`open_connection`](crate::open_connection) is the usual way to one.
    pub fn new(
        transport: &Transport,
        flow_control: &FlowControl,
        reader: Option<&StreamReader>,
        event_loop: &EventLoop,
    ) -> Self {
        StreamWriter(Rc::new(Connection {
            transport: transport.clone(),
            flow_control: flow_control.clone(),
            incoming: reader.map(|reader| reader.incoming().clone()),
            event_loop: event_loop.clone(),
        }))
    }

    /// Sends `data`, and keeps what the system does not take at once: `write(data)`.
    ///
    /// After the connection was lost, `data` is dropped: `drain` tells.
    ///
    /// # Panics
    ///
    /// After [`write_eof`](StreamWriter::write_eof); `writer.transport().try_write(data)` returns that as an error.
    #[track_caller]
    pub fn write(&mut self, data: &[u8]) {
        self.0.transport.write(data);
    }

    /// Sends all of `lines` with one system call if possible: `writelines(data)`. Adds no newlines.
    ///
    /// # Panics
    ///
    /// As [`write`](StreamWriter::write).
    #[track_caller]
    pub fn writelines(&mut self, lines: &[impl AsRef<[u8]>]) {
        self.0.transport.writelines(lines);
    }

    /// Waits until the buffer has drained to its low-water mark, if it has been above the high-water mark; else
    /// returns at once: `drain()`. Any number of tasks may do so, each with a clone.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, the data is still sent.
    ///
    /// # Errors
    ///
    /// The error of the connection, if it ended with one; `ConnectionResetError` if it is closed; `CancelledError`.
    pub async fn drain(&mut self) -> Result<()> {
        if let Some(incoming) = &self.0.incoming {
            incoming.check()?;
        }
        if self.0.transport.is_closing() {
            // Lets `connection_lost` happen: a loop of `write` and `drain` must see its connection end.
            sleep(0.0).await?;
        }
        if self.0.flow_control.is_flowing() {
            return Ok(());
        }
        self.0.flow_control.drained().await
    }

    /// Ends the writing direction once everything is sent; the reader goes on: `write_eof()`.
    ///
    /// # Panics
    ///
    /// If the transport cannot do that; see [`can_write_eof`](StreamWriter::can_write_eof).
    #[track_caller]
    pub fn write_eof(&mut self) {
        self.0.transport.write_eof();
    }

    /// Whether [`write_eof`](StreamWriter::write_eof) is possible: `can_write_eof()`.
    pub fn can_write_eof(&self) -> bool {
        self.0.transport.can_write_eof()
    }

    /// Closes the connection, in both directions, once everything is sent: `close()`. Await
    /// [`wait_closed`](StreamWriter::wait_closed) afterwards.
    pub fn close(&mut self) {
        self.0.transport.close();
    }

    /// Whether the connection is closing or closed: `is_closing()`.
    pub fn is_closing(&self) -> bool {
        self.0.transport.is_closing()
    }

    /// Waits until the connection is over: `wait_closed()`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, the connection goes on closing, and others may wait for it, or the same coroutine once more. (In
    /// Python each of them is cancelled as well.)
    ///
    /// # Errors
    ///
    /// The error with which the connection ended, if it did; `CancelledError`.
    pub async fn wait_closed(&self) -> Result<()> {
        self.0.flow_control.closed().await
    }

    /// The socket and its addresses, also when the connection is closed: `get_extra_info(name)`.
    pub fn get_extra_info(&self) -> ExtraInfo {
        self.0.transport.get_extra_info()
    }

    pub(super) fn event_loop(&self) -> &EventLoop {
        &self.0.event_loop
    }

    /// The transport: `transport`.
    pub fn transport(&self) -> Transport {
        self.0.transport.clone()
    }
}

impl Clone for StreamWriter {
    fn clone(&self) -> Self {
        StreamWriter(self.0.clone())
    }
}

/// `<StreamWriter transport=... reader=...>`
impl fmt::Debug for StreamWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<StreamWriter transport={:?}", self.transport)?;
        if let Some(incoming) = &self.incoming {
            write!(f, " reader={:?}", **incoming)?;
        }
        f.write_str(">")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.transport.is_closing() {
            return;
        }
        if self.event_loop.is_closed() {
            log::warning(format_args!("loop is closed"));
            return;
        }
        self.transport.close();
        log::warning(format_args!("unclosed {self:?}"));
    }
}
