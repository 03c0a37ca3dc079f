//! Flow control for writing: when a protocol is told to pause, and when to go on.
//!
//! Mirrors `_FlowControlMixin` of `asyncio.transports`.

use std::cell::Cell;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, ExceptionContext, Result, ValueError};

use crate::protocols::{AnyProtocol, ProtocolObject};
use crate::transports::{Transport, TransportObject};

/// The marks of a write buffer, and on which side of them it is.
pub(crate) struct FlowControl {
    /// Bytes.
    high: Cell<usize>,
    /// Bytes, never more than `high`.
    low: Cell<usize>,
    protocol: Cell<Told>,
}

/// What the protocol was told last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// That it may write.
    Resume,
    /// That it should not.
    Pause,
}

impl Default for FlowControl {
    fn default() -> Self {
        FlowControl {
            high: Cell::new(HIGH_WATER),
            low: Cell::new(HIGH_WATER / 4),
            protocol: Cell::new(Told::Resume),
        }
    }
}

impl FlowControl {
    pub(crate) fn is_paused(&self) -> bool {
        self.protocol.get() == Told::Pause
    }

    pub(crate) fn limits(&self) -> (usize, usize) {
        (self.low.get(), self.high.get())
    }

    fn set_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<(), ValueError> {
        let high = high.unwrap_or_else(|| low.map_or(HIGH_WATER, |low| low.saturating_mul(4)));
        let low = low.unwrap_or(high / 4);
        if high < low {
            let text = format!("high ({high}) must be >= low ({low}) must be >= 0");
            return Err(ValueError::with_message(text));
        }
        self.high.set(high);
        self.low.set(low);
        Ok(())
    }
}

/// A transport with flow control. Its buffer calls [`grown`](FlowControlled::grown) and
/// [`shrunk`](FlowControlled::shrunk).
pub(crate) trait FlowControlled: TransportObject {
    fn flow_control(&self) -> &FlowControl;

    fn event_loop(&self) -> &EventLoop;

    /// The handle to this transport, for reports.
    fn handle(&self) -> Transport;

    fn change_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<(), ValueError> {
        self.flow_control().set_limits(high, low)?;
        self.grown();
        Ok(())
    }

    /// Pauses the protocol if the buffer has grown over its high-water mark.
    fn grown(&self) {
        let flow = self.flow_control();
        if self.get_write_buffer_size() <= flow.high.get() || flow.is_paused() {
            return;
        }
        flow.protocol.set(Told::Pause);
        self.tell("protocol.pause_writing() failed", |protocol| {
            protocol.pause_writing()
        });
    }

    /// Resumes the protocol if the buffer has shrunk to its low-water mark.
    fn shrunk(&self) {
        let flow = self.flow_control();
        if !flow.is_paused() || self.get_write_buffer_size() > flow.low.get() {
            return;
        }
        flow.protocol.set(Told::Resume);
        self.tell("protocol.resume_writing() failed", |protocol| {
            protocol.resume_writing()
        });
    }

    fn tell(
        &self,
        failure: &'static str,
        callback: impl FnOnce(&dyn ProtocolObject) -> Result<()>,
    ) {
        let Some(protocol) = self.protocol() else {
            return;
        };
        let Err(error) = callback(&*protocol) else {
            return;
        };
        if error.is_base_exception() {
            return self.event_loop().raise(error);
        }
        let report = ExceptionContext::new(failure)
            .with_exception(error)
            .with("transport", self.handle())
            .with("protocol", AnyProtocol::from(protocol));
        self.event_loop().call_exception_handler(&report);
    }
}

/// CPython's default, in bytes.
const HIGH_WATER: usize = 64 * 1024;
