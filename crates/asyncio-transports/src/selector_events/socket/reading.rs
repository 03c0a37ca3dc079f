//! The receiving half of [`StreamTransport`].

use std::io;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Result, RuntimeError, caught};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use super::{Input, StreamTransport};
use crate::protocols::{ProtocolObject, Receives};
use crate::transports::TransportObject;

impl StreamTransport {
    /// Has the loop watch for input, unless the transport is paused for good.
    pub(super) fn start_reading(&self) {
        if self.is_closing() {
            return;
        }
        self.input.set(Input::Polling);
        let ready = |this: &Rc<Self>| this.read_ready();
        let watched = self.with_fd(|fd| self.event_loop.watch_reader_of(fd, self.rc(), ready));
        if let Err(error) = watched.unwrap_or_else(|closed| Err(closed.into())) {
            self.fatal_error(error, "Fatal read error on socket transport");
        }
    }

    pub(super) fn stop_reading(&self, input: Input) {
        if self.input.replace(input) == Input::Polling {
            let _ = self.with_fd(|fd| self.event_loop.unwatch_reader(fd));
        }
    }

    /// One read for each time that the loop finds input (TRN-12).
    fn read_ready(&self) -> Result<()> {
        if self.is_lost() {
            return Ok(());
        }
        let Some(protocol) = self.protocol() else {
            return Ok(());
        };
        match self.receives.get() {
            Receives::Data | Receives::Bytes => self.read_data(&*protocol),
            Receives::Buffer => self.read_into_buffer(&*protocol),
        }
    }

    fn read_data(&self, protocol: &dyn ProtocolObject) -> Result<()> {
        let mut buffer = self.registration.per_loop().read_buffer();
        match self.receive(&mut buffer) {
            Ok(0) => self.end_of_file(protocol),
            Ok(count) => {
                let is_shared = count >= LEAST_SHARED && self.receives.get() == Receives::Bytes;
                if is_shared {
                    self.event_loop.note_large_read();
                }
                let kept = match is_shared {
                    true => buffer.keep(count),
                    false => Err(buffer),
                };
                let taken = match kept {
                    Ok(data) => caught(|| protocol.bytes_received(data)),
                    Err(buffer) => caught(|| protocol.data_received(&buffer[..count])),
                };
                self.check(taken, "Fatal error: protocol.data_received() call failed.")
            }
            Err(error) => self.read_failed(error),
        }
    }

    fn read_into_buffer(&self, protocol: &dyn ProtocolObject) -> Result<()> {
        let mut received = Err(Errno::AGAIN);
        let mut is_empty = false;
        let mut fill = |memory: &mut [u8]| {
            is_empty = memory.is_empty();
            if !is_empty {
                received = self.receive(memory);
            }
        };
        let asked = caught(|| protocol.with_buffer(None, &mut fill));
        let asked = asked.and_then(|()| match is_empty {
            true => Err(RuntimeError::with_message(EMPTY_BUFFER).into()),
            false => Ok(()),
        });
        if asked.is_err() {
            return self.check(asked, "Fatal error: protocol.get_buffer() call failed.");
        }
        match received {
            Ok(0) => self.end_of_file(protocol),
            Ok(count) => {
                let taken = caught(|| protocol.buffer_updated(count));
                self.check(taken, "Fatal error: protocol.buffer_updated() call failed.")
            }
            Err(error) => self.read_failed(error),
        }
    }

    fn receive(&self, memory: &mut [u8]) -> Result<usize, Errno> {
        let mut received = Err(Errno::BADF);
        let _ = self.with_fd(|fd| received = recv(fd, memory, RecvFlags::empty()));
        received.map(|(count, _)| count)
    }

    fn end_of_file(&self, protocol: &dyn ProtocolObject) -> Result<()> {
        self.debug(format_args!("received EOF"));
        match caught(|| protocol.eof_received()) {
            // Half open: the protocol may write more.
            Ok(true) => {
                if self.input.get() == Input::Polling {
                    self.stop_reading(Input::Ended);
                }
                Ok(())
            }
            Ok(false) => {
                self.close();
                Ok(())
            }
            Err(error) => self.check(
                Err(error),
                "Fatal error: protocol.eof_received() call failed.",
            ),
        }
    }

    fn read_failed(&self, errno: Errno) -> Result<()> {
        if !matches!(errno, Errno::AGAIN | Errno::INTR) {
            let error = self.failed("receive from", io::Error::from(errno));
            self.fatal_error(error, "Fatal read error on socket transport");
        }
        Ok(())
    }

    /// What becomes of a callback that failed: it ends the connection, or the loop's run.
    fn check(&self, outcome: Result<()>, message: &'static str) -> Result<()> {
        match outcome {
            Err(error) if !error.is_base_exception() => {
                self.fatal_error(error, message);
                Ok(())
            }
            outcome => outcome,
        }
    }
}

/// Less than this is cheaper to copy than to share: what is shared costs an allocation, and another buffer for the next
/// read. A protocol that keeps it keeps a buffer of sixteen times this size.
const LEAST_SHARED: usize = 16 * 1024;

const EMPTY_BUFFER: &str = "get_buffer() returned an empty buffer";
