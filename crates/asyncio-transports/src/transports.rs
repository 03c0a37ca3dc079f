//! [`Transport`], the handle to a connection, and [`TransportObject`], which every kind of transport implements.
//!
//! Mirrors `asyncio.transports`.

use std::fmt;
use std::io::IoSlice;
use std::rc::Rc;

use asyncio_executor::{ContextThing, Result, RuntimeError, ValueError};

use crate::protocols::{AnyProtocol, IntoProtocol, ProtocolObject};
use crate::trsock::ExtraInfo;

/// A connection, for writing to it and closing it: `asyncio.Transport`.
///
/// A cheap clone. The loop owns an open connection, so dropping every handle does not close it. A connection that
/// neither reads nor writes (because reading is paused) belongs to its handles alone: when the last one is dropped it
/// is closed, with the warning `unclosed transport`. Closing the loop closes its connections in the same way.
///
/// None of the methods blocks, and none calls the protocol's `data_received`, `eof_received` or `connection_made`.
#[derive(Clone)]
pub struct Transport(Rc<dyn TransportObject>);

impl Transport {
    /// The handle to a transport of a kind of its own.
    pub fn new(object: Rc<dyn TransportObject>) -> Self {
        Transport(object)
    }

    /// Sends `data`, and keeps what the system does not take at once: `WriteTransport.write`.
    ///
    /// After the connection was lost or aborted, `data` is dropped, with a warning from the fifth time on.
    ///
    /// # Panics
    ///
    /// After [`write_eof`](Transport::write_eof); see [`try_write`](Transport::try_write).
    #[track_caller]
    pub fn write(&self, data: &[u8]) {
        if let Err(misuse) = self.try_write(data) {
            panic!("RuntimeError: {misuse}");
        }
    }

    /// As [`write`](Transport::write), with its misuse as an error.
    ///
    /// # Errors
    ///
    /// `RuntimeError` after [`write_eof`](Transport::write_eof).
    pub fn try_write(&self, data: &[u8]) -> Result<(), RuntimeError> {
        self.0.write(data)
    }

    /// Sends all of `lines`, with one system call if it takes them: `WriteTransport.writelines`.
    ///
    /// # Panics
    ///
    /// After [`write_eof`](Transport::write_eof); see [`try_writelines`](Transport::try_writelines).
    #[track_caller]
    pub fn writelines(&self, lines: &[impl AsRef<[u8]>]) {
        if let Err(misuse) = self.try_writelines(lines) {
            panic!("RuntimeError: {misuse}");
        }
    }

    /// As [`writelines`](Transport::writelines), with its misuse as an error.
    ///
    /// # Errors
    ///
    /// `RuntimeError` after [`write_eof`](Transport::write_eof).
    pub fn try_writelines(&self, lines: &[impl AsRef<[u8]>]) -> Result<(), RuntimeError> {
        let lines = lines.iter().map(AsRef::as_ref);
        let mut slices = lines.filter(|line| !line.is_empty()).map(IoSlice::new);
        let mut few = [IoSlice::new(&[]); FEW_LINES];
        let mut count = 0;
        for (slot, slice) in few.iter_mut().zip(&mut slices) {
            *slot = slice;
            count += 1;
        }
        match slices.next() {
            None => self.0.writelines(&few[..count]),
            Some(next) => {
                let all = few.into_iter().chain([next]).chain(slices);
                self.0.writelines(&all.collect::<Vec<_>>())
            }
        }
    }

    /// Ends the writing direction once everything is sent; reading goes on: `WriteTransport.write_eof`. Does nothing
    /// the second time, and on a transport that is closing.
    ///
    /// # Panics
    ///
    /// If the transport cannot do that; see [`can_write_eof`](Transport::can_write_eof).
    #[track_caller]
    pub fn write_eof(&self) {
        assert!(
            self.can_write_eof(),
            "NotImplementedError: this transport cannot write an end of file"
        );
        self.0.write_eof();
    }

    /// Whether [`write_eof`](Transport::write_eof) is possible: `WriteTransport.can_write_eof`.
    pub fn can_write_eof(&self) -> bool {
        self.0.can_write_eof()
    }

    /// Closes the connection: `BaseTransport.close`. Reading ends at once, what is buffered is still sent, and then
    /// the loop calls `connection_lost(None)`. Does nothing the second time.
    pub fn close(&self) {
        self.0.close();
    }

    /// Closes the connection without sending what is buffered: `WriteTransport.abort`. The loop then calls
    /// `connection_lost(None)`.
    pub fn abort(&self) {
        self.0.abort();
    }

    /// Whether the transport is closing or closed: `BaseTransport.is_closing`.
    pub fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    /// Receives nothing until [`resume_reading`](Transport::resume_reading): `ReadTransport.pause_reading`. Does
    /// nothing if reading is paused or the transport is closing.
    pub fn pause_reading(&self) {
        self.0.pause_reading();
    }

    /// Receives again: `ReadTransport.resume_reading`. Does nothing unless reading is paused.
    pub fn resume_reading(&self) {
        self.0.resume_reading();
    }

    /// Whether the transport is neither paused nor closing: `ReadTransport.is_reading`.
    pub fn is_reading(&self) -> bool {
        self.0.is_reading()
    }

    /// Sets the marks in bytes for `pause_writing` and `resume_writing`: `WriteTransport.set_write_buffer_limits`.
    /// The protocol is paused when the buffer holds more than `high`, and resumed when it holds `low` or less.
    ///
    /// Without `low` it is a quarter of `high`; without `high` it is four times `low`, or 64 KiB if neither is given.
    ///
    /// # Errors
    ///
    /// `ValueError` if `low` is greater than `high`.
    pub fn set_write_buffer_limits(
        &self,
        high: Option<usize>,
        low: Option<usize>,
    ) -> Result<(), ValueError> {
        self.0.set_write_buffer_limits(high, low)
    }

    /// The marks in bytes, `(low, high)`: `WriteTransport.get_write_buffer_limits`.
    pub fn get_write_buffer_limits(&self) -> (usize, usize) {
        self.0.get_write_buffer_limits()
    }

    /// How many bytes are waiting to be sent: `WriteTransport.get_write_buffer_size`.
    pub fn get_write_buffer_size(&self) -> usize {
        self.0.get_write_buffer_size()
    }

    /// Whether the protocol has been asked to pause writing, even if the call of `pause_writing` is still due.
    pub fn is_writing_paused(&self) -> bool {
        self.0.is_writing_paused()
    }

    /// The socket and its addresses, also when the connection is closed: `BaseTransport.get_extra_info`.
    pub fn get_extra_info(&self) -> ExtraInfo {
        self.0.extra_info()
    }

    /// Makes `protocol` the one that is called from now on: `BaseTransport.set_protocol`. Its `connection_made` is
    /// not called.
    pub fn set_protocol<P, Kind>(&self, protocol: P) -> P::Handle
    where
        P: IntoProtocol<Kind>,
    {
        let handle = protocol.into_protocol();
        self.0.set_protocol(P::object(&handle));
        handle
    }

    /// The protocol, until `connection_lost` has returned: `BaseTransport.get_protocol`.
    pub fn get_protocol(&self) -> Option<AnyProtocol> {
        self.0.protocol().map(AnyProtocol::from)
    }
}

impl PartialEq for Transport {
    /// Whether both are handles to the same transport.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
    }
}

impl ContextThing for Transport {}

/// So many lines are written without an allocation.
const FEW_LINES: usize = 16;

/// What a transport does. Programs use it through [`Transport`], where the methods are explained.
pub trait TransportObject: 'static {
    /// See [`Transport::try_write`].
    ///
    /// # Errors
    ///
    /// `RuntimeError` for a misuse.
    fn write(&self, data: &[u8]) -> Result<(), RuntimeError>;

    /// See [`Transport::try_writelines`]. None of `lines` is empty.
    ///
    /// # Errors
    ///
    /// `RuntimeError` for a misuse.
    fn writelines(&self, lines: &[IoSlice<'_>]) -> Result<(), RuntimeError>;

    /// See [`Transport::write_eof`]; only called if that is possible.
    fn write_eof(&self);

    /// See [`Transport::can_write_eof`].
    fn can_write_eof(&self) -> bool;

    /// See [`Transport::close`].
    fn close(&self);

    /// See [`Transport::abort`].
    fn abort(&self);

    /// See [`Transport::is_closing`].
    fn is_closing(&self) -> bool;

    /// See [`Transport::pause_reading`].
    fn pause_reading(&self);

    /// See [`Transport::resume_reading`].
    fn resume_reading(&self);

    /// See [`Transport::is_reading`].
    fn is_reading(&self) -> bool;

    /// See [`Transport::set_write_buffer_limits`].
    ///
    /// # Errors
    ///
    /// `ValueError` for unusable limits.
    fn set_write_buffer_limits(
        &self,
        high: Option<usize>,
        low: Option<usize>,
    ) -> Result<(), ValueError>;

    /// See [`Transport::get_write_buffer_limits`].
    fn get_write_buffer_limits(&self) -> (usize, usize);

    /// See [`Transport::get_write_buffer_size`].
    fn get_write_buffer_size(&self) -> usize;

    /// See [`Transport::is_writing_paused`].
    fn is_writing_paused(&self) -> bool;

    /// See [`Transport::get_extra_info`].
    fn extra_info(&self) -> ExtraInfo;

    /// See [`Transport::set_protocol`].
    fn set_protocol(&self, protocol: Rc<dyn ProtocolObject>);

    /// See [`Transport::get_protocol`].
    fn protocol(&self) -> Option<Rc<dyn ProtocolObject>>;

    /// What `Debug` prints.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}
