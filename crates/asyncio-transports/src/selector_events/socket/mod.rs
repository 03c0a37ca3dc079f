//! [`StreamTransport`]: the transport of a stream socket, whatever its address family.
//!
//! Mirrors `_SelectorTransport` and `_SelectorSocketTransport` of `asyncio.selector_events`.

mod reading;
mod writing;

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::panic::Location;
use std::rc::{Rc, Weak};

use asyncio_executor::layer::{HasContext, LoopLayer};
use asyncio_executor::{
    ContextCell, Error, EventLoop, ExceptionContext, Result, RuntimeError, ValueError, caught, log,
};
use asyncio_tasks::Future;

use crate::error::refused;
use crate::flow_control::{FlowControl, FlowControlled};
use crate::per_loop::{Open, PerLoop, Registration};
use crate::protocols::{AnyProtocol, ProtocolObject, Receives};
use crate::server::{Attachment, ServerState};
use crate::transports::{Transport, TransportObject};
use crate::trsock::{ExtraInfo, TransportSocket};
use crate::write_buffer::WriteBuffer;

/// A connected stream socket with its protocol. The loop's callbacks for the descriptor own it.
pub(crate) struct StreamTransport {
    /// For the callbacks.
    this: Weak<StreamTransport>,
    event_loop: EventLoop,
    registration: Registration,
    /// In which every callback of the connection runs.
    context: ContextCell,
    socket: TransportSocket,
    protocol: Cell<Option<Rc<dyn ProtocolObject>>>,
    receives: Cell<Receives>,
    stage: Cell<Stage>,
    input: Cell<Input>,
    output: Cell<Output>,
    /// Made when it is first needed: most connections never are to send more than the system takes.
    backlog: OnceCell<Box<Backlog>>,
    /// Python's `_conn_lost`: how many writes were dropped, the end of the connection itself included.
    dropped_writes: Cell<u32>,
    /// To the server that accepted the connection.
    attachment: Cell<Option<Attachment>>,
}

/// What could not be sent yet.
#[derive(Default)]
struct Backlog {
    buffer: RefCell<WriteBuffer>,
    flow: FlowControl,
}

/// How far the connection is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// In use.
    Open,
    /// Closed by the program; what is buffered is still being sent.
    Flushing,
    /// Nothing is sent or received any more; `connection_lost` is scheduled or running.
    Lost,
    /// The socket is closed and the protocol dropped.
    Closed,
}

/// Whether the loop watches for input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Not before `connection_made` was called.
    Unstarted,
    /// It does.
    Polling,
    /// Not until the program resumes reading.
    Paused,
    /// Not any more: the peer has ended its direction, or the transport is closing.
    Ended,
}

/// Whether the program may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// It may.
    Open,
    /// It has written the end of file, which is sent when the buffer is empty.
    Ended,
}

/// What a transport is made from.
pub(crate) struct Connection {
    pub(crate) socket: TransportSocket,
    pub(crate) protocol: Rc<dyn ProtocolObject>,
    pub(crate) context: ContextCell,
    /// The server that accepted it.
    pub(crate) server: Option<Rc<ServerState>>,
}

impl StreamTransport {
    /// Takes the connected, non-blocking socket over, and schedules `connection_made`, then the first look for
    /// input, then the end of `waiter`.
    pub(crate) fn start(
        event_loop: &EventLoop,
        connection: Connection,
        waiter: Option<Future<()>>,
    ) -> Transport {
        let transport = StreamTransport::new(event_loop, connection);
        transport.set_nodelay();
        let _ = transport.with_fd(|fd| event_loop.claim(fd));
        transport.call_soon(move |transport| transport.connected(waiter));
        transport.handle()
    }

    fn new(event_loop: &EventLoop, connection: Connection) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<StreamTransport>| StreamTransport {
            this: this.clone(),
            event_loop: event_loop.clone(),
            registration: PerLoop::of(event_loop).register(this.clone()),
            context: connection.context,
            socket: connection.socket,
            receives: Cell::new(connection.protocol.receives()),
            protocol: Cell::new(Some(connection.protocol)),
            stage: Cell::new(Stage::Open),
            input: Cell::new(Input::Unstarted),
            output: Cell::new(Output::Open),
            backlog: OnceCell::new(),
            dropped_writes: Cell::new(0),
            attachment: Cell::new(connection.server.map(|server| server.attach())),
        })
    }

    /// Small writes shall not wait for more. Only TCP knows of this, and not if the peer has reset the connection.
    fn set_nodelay(&self) {
        if self.socket.is_internet() {
            let _ = self.socket.set_nodelay(true);
        }
    }

    fn connected(&self, waiter: Option<Future<()>>) -> Result<()> {
        let made = match self.protocol() {
            Some(protocol) => caught(|| protocol.connection_made(&self.handle())),
            None => Ok(()),
        };
        if self.input.get() == Input::Unstarted {
            self.start_reading();
        }
        if let Some(waiter) = waiter.filter(|waiter| !waiter.done()) {
            waiter.set_result(())?;
        }
        made
    }

    /// Ends the connection because of `error`, of which the program is told if it is not the system's.
    fn fatal_error(&self, error: Error, message: &'static str) {
        if error.is::<io::Error>() {
            self.debug(format_args!("{message}: {error}"));
        } else {
            let mut report = ExceptionContext::new(message)
                .with_exception(error.clone())
                .with("transport", self.handle());
            if let Some(protocol) = self.protocol() {
                report = report.with("protocol", AnyProtocol::from(protocol));
            }
            self.event_loop.call_exception_handler(&report);
        }
        self.force_close(Some(error));
    }

    fn force_close(&self, exc: Option<Error>) {
        if self.is_lost() {
            return;
        }
        if self.has_backlog() {
            self.forget_backlog();
            self.stop_writing();
        }
        self.begin_closing();
        self.schedule_connection_lost(exc);
    }

    /// From now on nothing is received, and the descriptor's callbacks are no longer reserved for the transport.
    fn begin_closing(&self) {
        if self.is_closing() {
            return;
        }
        self.stage.set(Stage::Flushing);
        self.stop_reading(Input::Ended);
        let _ = self.with_fd(|fd| self.event_loop.release(fd));
    }

    fn schedule_connection_lost(&self, exc: Option<Error>) {
        self.lose();
        self.call_soon(move |transport| transport.call_connection_lost(exc));
    }

    fn lose(&self) {
        self.stage.set(Stage::Lost);
        self.dropped_writes.set(1);
    }

    fn call_connection_lost(&self, exc: Option<Error>) -> Result<()> {
        let told = match self.protocol() {
            Some(protocol) => caught(|| protocol.connection_lost(exc)),
            None => Ok(()),
        };
        self.shut();
        told
    }

    /// Closes the socket and lets go of the protocol and the server.
    fn shut(&self) {
        self.stage.set(Stage::Closed);
        self.socket.close();
        self.forget_backlog();
        drop(self.attachment.take());
        // A program's own destructors run here.
        let protocol = self.protocol.take();
        drop(protocol);
    }

    /// Python's `_conn_lost`.
    fn is_lost(&self) -> bool {
        matches!(self.stage.get(), Stage::Lost | Stage::Closed)
    }

    /// Whether something could not be sent yet.
    #[inline]
    fn has_backlog(&self) -> bool {
        let backlog = self.backlog.get();
        backlog.is_some_and(|backlog| !backlog.buffer.borrow().is_empty())
    }

    fn backlog(&self) -> &Backlog {
        self.backlog.get_or_init(Box::default)
    }

    fn forget_backlog(&self) {
        if let Some(backlog) = self.backlog.get() {
            backlog.buffer.borrow_mut().clear();
        }
    }

    #[track_caller]
    fn call_soon(&self, callback: impl FnOnce(&Rc<Self>) -> Result<()> + 'static) {
        self.event_loop
            .schedule_of(self.rc(), Location::caller(), callback);
    }

    fn rc(&self) -> Rc<Self> {
        self.this.upgrade().expect("it is in use")
    }

    fn with_fd<R>(&self, f: impl FnOnce(BorrowedFd<'_>) -> R) -> io::Result<R> {
        self.socket.with_fd(|fd| Ok(f(fd)))
    }

    /// `action` with the name of the other end.
    fn failed(&self, action: &str, reason: impl Into<io::Error>) -> Error {
        match self.socket.names().peername {
            Some(peer) => refused(format_args!("{action} {peer}"), reason).into(),
            None => refused(format_args!("{action} a peer without an address"), reason).into(),
        }
    }

    fn debug(&self, what: fmt::Arguments<'_>) {
        if self.event_loop.get_debug() {
            ::log::debug!(target: "asyncio", "{self:?} {what}");
        }
    }
}

impl TransportObject for StreamTransport {
    fn write(&self, data: &[u8]) -> Result<(), RuntimeError> {
        self.check_writable("Cannot call write() after write_eof()")?;
        if !data.is_empty() && !self.drops_write() {
            self.send_or_buffer(data);
        }
        Ok(())
    }

    fn writelines(&self, lines: &[IoSlice<'_>]) -> Result<(), RuntimeError> {
        self.check_writable("Cannot call writelines() after write_eof()")?;
        if !lines.is_empty() && !self.drops_write() {
            self.send_or_buffer_lines(lines);
        }
        Ok(())
    }

    fn write_eof(&self) {
        if self.is_closing() || self.output.replace(Output::Ended) == Output::Ended {
            return;
        }
        if !self.has_backlog() {
            self.shut_down_writing();
        }
    }

    fn can_write_eof(&self) -> bool {
        true
    }

    fn close(&self) {
        if self.is_closing() {
            return;
        }
        self.begin_closing();
        if !self.has_backlog() {
            self.schedule_connection_lost(None);
        }
    }

    fn abort(&self) {
        self.force_close(None);
    }

    fn is_closing(&self) -> bool {
        self.stage.get() != Stage::Open
    }

    fn pause_reading(&self) {
        if self.is_reading() {
            self.stop_reading(Input::Paused);
            self.debug(format_args!("pauses reading"));
        }
    }

    fn resume_reading(&self) {
        if self.input.get() == Input::Paused && !self.is_closing() {
            self.start_reading();
            self.debug(format_args!("resumes reading"));
        }
    }

    fn is_reading(&self) -> bool {
        !self.is_closing() && self.input.get() != Input::Paused
    }

    fn set_write_buffer_limits(
        &self,
        high: Option<usize>,
        low: Option<usize>,
    ) -> Result<(), ValueError> {
        self.change_limits(high, low)
    }

    fn get_write_buffer_limits(&self) -> (usize, usize) {
        match self.backlog.get() {
            Some(backlog) => backlog.flow.limits(),
            None => FlowControl::default().limits(),
        }
    }

    fn get_write_buffer_size(&self) -> usize {
        let backlog = self.backlog.get();
        backlog.map_or(0, |backlog| backlog.buffer.borrow().len())
    }

    fn is_writing_paused(&self) -> bool {
        let backlog = self.backlog.get();
        backlog.is_some_and(|backlog| backlog.flow.is_paused())
    }

    fn extra_info(&self) -> ExtraInfo {
        ExtraInfo::new(self.socket.clone())
    }

    fn set_protocol(&self, protocol: Rc<dyn ProtocolObject>) {
        self.receives.set(protocol.receives());
        let old = self.protocol.replace(Some(protocol));
        drop(old);
    }

    fn protocol(&self) -> Option<Rc<dyn ProtocolObject>> {
        let protocol = self.protocol.take();
        self.protocol.set(protocol.clone());
        protocol
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FlowControlled for StreamTransport {
    fn flow_control(&self) -> &FlowControl {
        &self.backlog().flow
    }

    fn event_loop(&self) -> &EventLoop {
        &self.event_loop
    }

    fn handle(&self) -> Transport {
        Transport::new(self.rc())
    }
}

impl HasContext for StreamTransport {
    fn context_cell(&self) -> &ContextCell {
        &self.context
    }
}

impl fmt::Debug for StreamTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<StreamTransport")?;
        match self.stage.get() {
            Stage::Open => {}
            Stage::Flushing | Stage::Lost => f.write_str(" closing")?,
            Stage::Closed => return f.write_str(" closed>"),
        }
        let reads = match self.input.get() {
            Input::Polling => "polling",
            _ => "idle",
        };
        let buffered = self.get_write_buffer_size();
        let writes = if buffered == 0 { "idle" } else { "polling" };
        let fd = self.socket.fileno();
        write!(
            f,
            " fd={fd} read={reads} write=<{writes}, bufsize={buffered}>>"
        )
    }
}

impl Open for StreamTransport {
    fn abandon(&self) {
        if self.stage.get() != Stage::Closed {
            log::warning(format_args!("unclosed transport {self:?}"));
            self.stop_reading(Input::Ended);
            self.shut();
        }
    }

    fn is_client_of(&self, server: &ServerState) -> bool {
        let attachment = self.attachment.take();
        let is_client = attachment.as_ref().is_some_and(|to| to.is_to(server));
        self.attachment.set(attachment);
        is_client
    }
}

/// A transport that the loop does not watch is dropped with its last handle.
impl Drop for StreamTransport {
    fn drop(&mut self) {
        if self.stage.get() != Stage::Closed {
            log::warning(format_args!("unclosed transport {self:?}"));
            let _ = self.with_fd(|fd| self.event_loop.release(fd));
            self.shut();
        }
    }
}
