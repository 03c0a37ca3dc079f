//! The sending half of [`StreamTransport`].

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Error, ExceptionContext, Result, RuntimeError, log};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags, Shutdown, send, sendmsg, shutdown};

use super::{Output, Stage, StreamTransport};
use crate::flow_control::FlowControlled;

impl StreamTransport {
    pub(super) fn check_writable(&self, misuse: &'static str) -> Result<(), RuntimeError> {
        match self.output.get() {
            Output::Open => Ok(()),
            Output::Ended => Err(RuntimeError::with_message(misuse)),
        }
    }

    /// Whether a write comes after the end of the connection. From the fifth one on there is a warning (TRN-04).
    pub(super) fn drops_write(&self) -> bool {
        if !self.is_lost() {
            return false;
        }
        let dropped = self.dropped_writes.get();
        if dropped >= QUIETLY_DROPPED_WRITES {
            log::warning(format_args!("socket.send() raised exception."));
        }
        self.dropped_writes.set(dropped.saturating_add(1));
        true
    }

    pub(super) fn send_or_buffer(&self, data: &[u8]) {
        if self.has_backlog() {
            self.backlog().buffer.borrow_mut().push(data);
            return self.grown();
        }
        match self.send(|fd| send(fd, data, SEND_FLAGS)) {
            Ok(count) if count == data.len() => {}
            Ok(count) => {
                self.backlog().buffer.borrow_mut().push(&data[count..]);
                self.start_writing();
                self.grown();
            }
            Err(error) => self.fatal_error(error, WRITE_ERROR),
        }
    }

    /// None of `lines` is empty.
    pub(super) fn send_or_buffer_lines(&self, lines: &[IoSlice<'_>]) {
        if self.has_backlog() {
            self.buffer_lines(lines, 0);
            self.flush_now();
            return self.grown();
        }
        let batch = &lines[..lines.len().min(IOV_MAX)];
        match self.send(|fd| send_slices(fd, batch)) {
            Ok(count) if count < lines.iter().map(|line| line.len()).sum() => {
                self.buffer_lines(lines, count);
                self.start_writing();
                self.grown();
            }
            Ok(_) => {}
            Err(error) => self.fatal_error(error, WRITE_ERROR),
        }
    }

    /// Buffers `lines` without their first `sent` bytes.
    fn buffer_lines(&self, lines: &[IoSlice<'_>], mut sent: usize) {
        let mut buffer = self.backlog().buffer.borrow_mut();
        for line in lines {
            let gone = sent.min(line.len());
            buffer.push(&line[gone..]);
            sent -= gone;
        }
    }

    /// Sends from the buffer without waiting for the loop.
    fn flush_now(&self) {
        if let Err(error) = self.write_ready() {
            let report = ExceptionContext::new("protocol.connection_lost() failed")
                .with_exception(error)
                .with("transport", self.handle());
            self.event_loop.call_exception_handler(&report);
        }
    }

    /// Sends from the buffer what the system takes, and finishes what has waited for its end.
    fn write_ready(&self) -> Result<()> {
        if self.is_lost() {
            return Ok(());
        }
        let sent = {
            let buffer = self.backlog().buffer.borrow();
            self.send(|fd| buffer.with_slices(|slices| send_slices(fd, slices)))
        };
        match sent {
            Ok(0) => return Ok(()),
            Ok(count) => self.backlog().buffer.borrow_mut().advance(count),
            Err(error) => {
                self.fatal_error(error, WRITE_ERROR);
                return Ok(());
            }
        }
        self.shrunk();
        if self.has_backlog() {
            return Ok(());
        }
        self.stop_writing();
        self.flushed()
    }

    fn flushed(&self) -> Result<()> {
        match (self.stage.get(), self.output.get()) {
            (Stage::Flushing, _) => {
                self.lose();
                self.call_connection_lost(None)
            }
            (Stage::Open, Output::Ended) => {
                self.shut_down_writing();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start_writing(&self) {
        let ready = |this: &Rc<Self>| this.write_ready();
        let watched = self.with_fd(|fd| self.event_loop.watch_writer_of(fd, self.rc(), ready));
        if let Err(error) = watched.unwrap_or_else(|closed| Err(closed.into())) {
            self.fatal_error(error, WRITE_ERROR);
        }
    }

    pub(super) fn stop_writing(&self) {
        let _ = self.with_fd(|fd| self.event_loop.unwatch_writer(fd));
    }

    pub(super) fn shut_down_writing(&self) {
        let mut outcome = Ok(());
        let _ = self.with_fd(|fd| outcome = shutdown(fd, Shutdown::Write));
        match outcome {
            // NOTCONN: the peer has reset the connection, which reading tells better.
            Ok(()) | Err(Errno::NOTCONN) => {}
            Err(errno) => self.fatal_error(self.failed("end the output to", errno), WRITE_ERROR),
        }
    }

    /// How many bytes `f` sent: none if the system takes none now.
    fn send(&self, f: impl FnOnce(BorrowedFd<'_>) -> Result<usize, Errno>) -> Result<usize, Error> {
        let sent = self.socket.with_fd(|fd| match f(fd) {
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            sent => Ok(sent?),
        });
        sent.map_err(|error: io::Error| self.failed("send to", error))
    }
}

fn send_slices(fd: BorrowedFd<'_>, slices: &[IoSlice<'_>]) -> Result<usize, Errno> {
    match slices {
        [slice] => send(fd, slice, SEND_FLAGS),
        _ => sendmsg(fd, slices, &mut SendAncillaryBuffer::default(), SEND_FLAGS),
    }
}

const WRITE_ERROR: &str = "Fatal write error on socket transport";

/// CPython's `LOG_THRESHOLD_FOR_CONNLOST_WRITES`, which counts the end of the connection as the first.
const QUIETLY_DROPPED_WRITES: u32 = 5;

/// The most slices that one `sendmsg` takes on every system.
const IOV_MAX: usize = 1024;

/// A peer that is gone shall be an error and no signal.
#[cfg(not(target_vendor = "apple"))]
const SEND_FLAGS: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SEND_FLAGS: SendFlags = SendFlags::empty();
