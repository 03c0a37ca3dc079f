//! [`ProtocolRef`], and the adapter that makes a [`ProtocolObject`] of a protocol with `&mut self` methods.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    Error, ExceptionContext, Result, RuntimeError, caught, log, try_running_loop,
};

use super::any::{AnyProtocol, IntoProtocol};
use super::{BufferedProtocol, Protocol, ProtocolObject, Receives};
use crate::transports::Transport;

/// A protocol in use: what `create_connection` returns beside the transport.
///
/// A cheap clone. The transport lets go of the protocol after `connection_lost`, so that it is dropped with the last
/// handle.
///
/// ```
/// use asyncio_transports::{Protocol, ProtocolRef};
///
/// #[derive(Default)]
/// struct Count(usize);
///
/// impl Protocol for Count {
///     fn data_received(&mut self, data: &[u8]) {
///         self.0 += data.len();
///     }
/// }
///
/// let protocol = ProtocolRef::new(Count::default());
/// assert_eq!(protocol.with(|count| count.0), 0);
/// ```
pub struct ProtocolRef<P: 'static>(Rc<Adapter<P>>);

impl<P: 'static> ProtocolRef<P> {
    /// The handle to `protocol`, which no transport uses yet.
    pub fn new<Kind>(protocol: P) -> Self
    where
        P: IntoProtocol<Kind, Handle = Self>,
    {
        protocol.into_protocol()
    }

    pub(super) fn from_adapter(adapter: Rc<Adapter<P>>) -> Self {
        ProtocolRef(adapter)
    }

    /// Calls `f` with the protocol. What `f` causes the protocol to be told, it is told when `f` has returned.
    ///
    /// # Panics
    ///
    /// Inside one of the protocol's callbacks, or inside another `with`.
    pub fn with<R>(&self, f: impl FnOnce(&mut P) -> R) -> R {
        let Ok(mut protocol) = self.0.protocol.try_borrow_mut() else {
            panic!("RuntimeError: a protocol was asked for inside one of its own callbacks");
        };
        let result = f(&mut protocol);
        drop(protocol);
        self.0.deliver();
        result
    }

    /// The protocol without its type.
    pub fn as_any(&self) -> AnyProtocol {
        self.object().into()
    }

    pub(super) fn object(&self) -> Rc<dyn ProtocolObject> {
        self.0.clone()
    }
}

impl<P: 'static> Clone for ProtocolRef<P> {
    fn clone(&self) -> Self {
        ProtocolRef(self.0.clone())
    }
}

impl<P: 'static> PartialEq for ProtocolRef<P> {
    /// Whether both are handles to the same protocol.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<P: 'static> fmt::Debug for ProtocolRef<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_any().fmt(f)
    }
}

/// A protocol with what it must still be told.
pub(super) struct Adapter<P: 'static> {
    protocol: RefCell<P>,
    callbacks: &'static Callbacks<P>,
    /// What came up while the protocol was in use. Empty whenever it is not.
    deferred: RefCell<VecDeque<Notice>>,
}

/// A callback that the protocol itself may cause by using its transport.
enum Notice {
    PauseWriting,
    ResumeWriting,
    ConnectionLost(Option<Error>),
}

/// The methods of a [`Protocol`] or a [`BufferedProtocol`].
struct Callbacks<P> {
    connection_made: fn(&mut P, Transport),
    input: Input<P>,
    eof_received: fn(&mut P) -> bool,
    connection_lost: fn(&mut P, Option<Error>),
    pause_writing: fn(&mut P),
    resume_writing: fn(&mut P),
}

enum Input<P> {
    Data {
        data_received: fn(&mut P, &[u8]),
    },
    Buffer {
        get_buffer: fn(&mut P, Option<usize>) -> &mut [u8],
        buffer_updated: fn(&mut P, usize),
    },
}

/// Where the tables of callbacks stand as constants.
struct Table<P>(P);

impl<P: Protocol> Table<P> {
    const DATA: &'static Callbacks<P> = &Callbacks {
        connection_made: P::connection_made,
        input: Input::Data {
            data_received: P::data_received,
        },
        eof_received: P::eof_received,
        connection_lost: P::connection_lost,
        pause_writing: P::pause_writing,
        resume_writing: P::resume_writing,
    };
}

impl<P: BufferedProtocol> Table<P> {
    const BUFFERED: &'static Callbacks<P> = &Callbacks {
        connection_made: P::connection_made,
        input: Input::Buffer {
            get_buffer: P::get_buffer,
            buffer_updated: P::buffer_updated,
        },
        eof_received: P::eof_received,
        connection_lost: P::connection_lost,
        pause_writing: P::pause_writing,
        resume_writing: P::resume_writing,
    };
}

impl<P: Protocol> Adapter<P> {
    pub(super) fn data(protocol: P) -> Self {
        Adapter::new(protocol, Table::DATA)
    }
}

impl<P: BufferedProtocol> Adapter<P> {
    pub(super) fn buffered(protocol: P) -> Self {
        Adapter::new(protocol, Table::BUFFERED)
    }
}

impl<P: 'static> Adapter<P> {
    fn new(protocol: P, callbacks: &'static Callbacks<P>) -> Self {
        Adapter {
            protocol: RefCell::new(protocol),
            callbacks,
            deferred: RefCell::default(),
        }
    }

    /// Calls a callback, and then those that it caused.
    fn call<R>(&self, callback: impl FnOnce(&mut P) -> R) -> Result<R> {
        let Ok(mut protocol) = self.protocol.try_borrow_mut() else {
            let text = "a protocol was called inside one of its own callbacks";
            return Err(RuntimeError::with_message(text).into());
        };
        let outcome = caught(|| Ok(callback(&mut protocol)));
        drop(protocol);
        self.deliver();
        outcome
    }

    /// As [`call`](Adapter::call) with the callback of `notice`, later if the protocol is in use.
    fn notify(&self, notice: Notice) -> Result<()> {
        if self.protocol.try_borrow_mut().is_err() {
            self.deferred.borrow_mut().push_back(notice);
            return Ok(());
        }
        self.call(|protocol| self.callbacks.tell(protocol, notice))
    }

    fn deliver(&self) {
        loop {
            let Some(notice) = self.deferred.borrow_mut().pop_front() else {
                return;
            };
            let failure = notice.failure();
            let told = || {
                self.callbacks.tell(&mut self.protocol.borrow_mut(), notice);
                Ok(())
            };
            if let Err(error) = caught(told) {
                report(failure, error);
            }
        }
    }
}

impl<P> Callbacks<P> {
    fn tell(&self, protocol: &mut P, notice: Notice) {
        match notice {
            Notice::PauseWriting => (self.pause_writing)(protocol),
            Notice::ResumeWriting => (self.resume_writing)(protocol),
            Notice::ConnectionLost(exc) => (self.connection_lost)(protocol, exc),
        }
    }
}

impl Notice {
    fn failure(&self) -> &'static str {
        match self {
            Notice::PauseWriting => "protocol.pause_writing() failed",
            Notice::ResumeWriting => "protocol.resume_writing() failed",
            Notice::ConnectionLost(_) => "protocol.connection_lost() failed",
        }
    }
}

impl<P: 'static> ProtocolObject for Adapter<P> {
    fn receives(&self) -> Receives {
        match self.callbacks.input {
            Input::Data { .. } => Receives::Data,
            Input::Buffer { .. } => Receives::Buffer,
        }
    }

    fn connection_made(&self, transport: &Transport) -> Result<()> {
        let transport = transport.clone();
        self.call(|protocol| (self.callbacks.connection_made)(protocol, transport))
    }

    fn data_received(&self, data: &[u8]) -> Result<()> {
        match self.callbacks.input {
            Input::Data { data_received } => self.call(|protocol| data_received(protocol, data)),
            Input::Buffer { .. } => Err(wrong_input("data_received")),
        }
    }

    fn with_buffer(&self, sizehint: Option<usize>, fill: &mut dyn FnMut(&mut [u8])) -> Result<()> {
        match self.callbacks.input {
            Input::Buffer { get_buffer, .. } => {
                self.call(|protocol| fill(get_buffer(protocol, sizehint)))
            }
            Input::Data { .. } => Err(wrong_input("get_buffer")),
        }
    }

    fn buffer_updated(&self, nbytes: usize) -> Result<()> {
        match self.callbacks.input {
            Input::Buffer { buffer_updated, .. } => {
                self.call(|protocol| buffer_updated(protocol, nbytes))
            }
            Input::Data { .. } => Err(wrong_input("buffer_updated")),
        }
    }

    fn eof_received(&self) -> Result<bool> {
        self.call(self.callbacks.eof_received)
    }

    fn connection_lost(&self, exc: Option<Error>) -> Result<()> {
        self.notify(Notice::ConnectionLost(exc))
    }

    fn pause_writing(&self) -> Result<()> {
        self.notify(Notice::PauseWriting)
    }

    fn resume_writing(&self) -> Result<()> {
        self.notify(Notice::ResumeWriting)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<P>()
    }
}

fn wrong_input(method: &str) -> Error {
    RuntimeError::with_message(format!("the protocol has no {method}()")).into()
}

/// Reports the failure of a deferred callback, which has no caller any more that could do it.
fn report(message: &'static str, error: Error) {
    let context = ExceptionContext::new(message).with_exception(error.clone());
    match try_running_loop() {
        Some(event_loop) if error.is_base_exception() => event_loop.raise(error),
        Some(event_loop) => event_loop.call_exception_handler(&context),
        None => log::error(format_args!("{context}")),
    }
}
