//! [`Protocol`] and [`BufferedProtocol`], which programs implement, and [`ProtocolObject`], which transports talk to.
//!
//! Mirrors `asyncio.protocols`.

mod adapter;
mod any;

use std::any::Any;

use asyncio_executor::{Error, Result, RuntimeError};
use bytes::Bytes;

use crate::transports::Transport;

pub use adapter::ProtocolRef;
pub use any::{AnyProtocol, IntoProtocol, kind};

/// What a connection does with its data: `asyncio.Protocol`.
///
/// A transport calls these methods from the loop, in this order: `connection_made`, then `data_received` any number
/// of times, then `eof_received` at most once, then `connection_lost` exactly once. `pause_writing` and
/// `resume_writing` come in pairs between the first and the last.
///
/// A method may call any method of the transport. If that causes `pause_writing`, `resume_writing` or
/// `connection_lost` at once, this other call is made as soon as the first has returned.
///
/// # Panics
///
/// A panic in one of the methods, or an exception thrown with [`raise`](crate::raise), ends this connection and nothing else; see
/// each method for who is told.
///
/// ```
/// use asyncio_transports::{Protocol, Transport};
///
/// #[derive(Default)]
/// struct Echo {
///     transport: Option<Transport>,
/// }
///
/// impl Protocol for Echo {
///     fn connection_made(&mut self, transport: Transport) {
///         self.transport = Some(transport);
///     }
///
///     fn data_received(&mut self, data: &[u8]) {
///         self.transport.as_ref().unwrap().write(data);
///     }
/// }
/// ```
#[allow(unused_variables, reason = "the default methods do nothing")]
pub trait Protocol: 'static {
    /// The connection is there: `BaseProtocol.connection_made`. A panic is reported; the connection goes on.
    fn connection_made(&mut self, transport: Transport) {}

    /// Some bytes arrived, at least one: `Protocol.data_received`. They are in the loop's own buffer, so what is to
    /// be kept must be copied. A panic is reported and becomes the exception of `connection_lost`.
    fn data_received(&mut self, data: &[u8]) {}

    /// The peer will send no more: `Protocol.eof_received`. False closes the transport, true leaves it open for
    /// writing. A panic is reported and becomes the exception of `connection_lost`.
    fn eof_received(&mut self) -> bool {
        false
    }

    /// The connection is over, with the exception that ended it if there was one: `BaseProtocol.connection_lost`.
    /// The transport drops the protocol after it. A panic is reported.
    fn connection_lost(&mut self, exc: Option<Error>) {}

    /// The transport's buffer went over its high-water mark: `BaseProtocol.pause_writing`. A panic is reported; the
    /// connection goes on.
    fn pause_writing(&mut self) {}

    /// The transport's buffer drained to its low-water mark: `BaseProtocol.resume_writing`. A panic is reported; the
    /// connection goes on.
    fn resume_writing(&mut self) {}
}

/// A [`Protocol`] that provides the memory for what it receives: `asyncio.BufferedProtocol`.
///
/// Instead of `data_received`, a transport calls `get_buffer`, reads into what that returns, and calls
/// `buffer_updated`.
#[allow(unused_variables, reason = "the default methods do nothing")]
pub trait BufferedProtocol: 'static {
    /// See [`Protocol::connection_made`].
    fn connection_made(&mut self, transport: Transport) {}

    /// Where to put the next bytes: `BufferedProtocol.get_buffer`. `sizehint` is the least size that would be
    /// useful, if one is known (`-1` in Python if not). An empty buffer is an error; that, or a panic, is reported
    /// and becomes the exception of `connection_lost`.
    fn get_buffer(&mut self, sizehint: Option<usize>) -> &mut [u8];

    /// The buffer's first `nbytes` bytes have been filled: `BufferedProtocol.buffer_updated`. A panic is reported
    /// and becomes the exception of `connection_lost`.
    fn buffer_updated(&mut self, nbytes: usize);

    /// See [`Protocol::eof_received`].
    fn eof_received(&mut self) -> bool {
        false
    }

    /// See [`Protocol::connection_lost`].
    fn connection_lost(&mut self, exc: Option<Error>) {}

    /// See [`Protocol::pause_writing`].
    fn pause_writing(&mut self) {}

    /// See [`Protocol::resume_writing`].
    fn resume_writing(&mut self) {}
}

/// A protocol that ignores everything, as a bare `asyncio.Protocol` does.
impl Protocol for () {}

/// A protocol as transports see it: object-safe, with `&self` methods that return their errors.
///
/// Programs implement [`Protocol`] or [`BufferedProtocol`] instead. Layers between a transport and a program
/// implement this one, because they are called while they call: every method may be entered while another one is
/// running, and is called at once, never deferred.
///
/// Errors are returned and not thrown as panics; what becomes of them is said at the methods of [`Protocol`].
#[allow(unused_variables, reason = "the default methods do nothing")]
pub trait ProtocolObject: Any {
    /// How it wants its data.
    fn receives(&self) -> Receives {
        Receives::Data
    }

    /// See [`Protocol::connection_made`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the loop reports it.
    fn connection_made(&self, transport: &Transport) -> Result<()> {
        Ok(())
    }

    /// See [`Protocol::data_received`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; it ends the connection.
    fn data_received(&self, data: &[u8]) -> Result<()> {
        Ok(())
    }

    /// As [`data_received`](ProtocolObject::data_received), for data that is large enough to be shared and not copied.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; it ends the connection.
    fn bytes_received(&self, data: Bytes) -> Result<()> {
        self.data_received(&data)
    }

    /// Calls `fill` exactly once with the memory for the next bytes; see [`BufferedProtocol::get_buffer`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong, and then `fill` was not called; it ends the connection.
    fn with_buffer(&self, sizehint: Option<usize>, fill: &mut dyn FnMut(&mut [u8])) -> Result<()> {
        Err(RuntimeError::with_message("not a BufferedProtocol").into())
    }

    /// See [`BufferedProtocol::buffer_updated`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; it ends the connection.
    fn buffer_updated(&self, nbytes: usize) -> Result<()> {
        Err(RuntimeError::with_message("not a BufferedProtocol").into())
    }

    /// See [`Protocol::eof_received`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; it ends the connection.
    fn eof_received(&self) -> Result<bool> {
        Ok(false)
    }

    /// See [`Protocol::connection_lost`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the loop reports it.
    fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
        Ok(())
    }

    /// See [`Protocol::pause_writing`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the transport reports it.
    fn pause_writing(&self) -> Result<()> {
        Ok(())
    }

    /// See [`Protocol::resume_writing`].
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the transport reports it.
    fn resume_writing(&self) -> Result<()> {
        Ok(())
    }

    /// The name of the protocol's type, for reports.
    fn type_name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }
}

/// How a protocol gets its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receives {
    /// By `data_received`.
    Data,
    /// By `bytes_received` if there is much, to keep it without a copy, and else by `data_received`. What is kept of
    /// it keeps the memory of a whole read.
    Bytes,
    /// By `get_buffer` and `buffer_updated`.
    Buffer,
}
