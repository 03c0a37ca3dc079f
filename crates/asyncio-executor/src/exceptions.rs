//! [`Error`], the counterpart of a Python exception, and the exceptions that every layer raises.
//!
//! Mirrors `asyncio.exceptions` and the builtins that asyncio raises. Like that module it is a leaf: it
//! knows nothing of loops and tasks.

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use signal_hook::low_level::signal_name;

/// What a coroutine returns: its value, or the exception that it raised.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An exception on its way to whoever awaits: any error type, behind one shared pointer.
///
/// Cloning is cheap, so that the same exception can reach everyone who awaits a task. `?` converts every
/// `std::error::Error + Send + Sync + 'static`. Like anyhow's error, it does not implement
/// [`std::error::Error`] itself; see [`as_std`](Error::as_std).
///
/// ```
/// use asyncio_executor::{CancelledError, Error, TimeoutError};
///
/// let error = Error::from(TimeoutError::new()).caused_by(CancelledError::new().into());
/// assert!(error.is::<TimeoutError>());
/// assert!(error.cause().unwrap().is_cancelled());
/// ```
#[derive(Clone)]
pub struct Error(Arc<Raised>);

impl Error {
    /// Wraps `exception`.
    pub fn new(exception: impl StdError + Send + Sync + 'static) -> Self {
        Error::raised_from(None, Box::new(exception))
    }

    /// Apart, so that there is less of it for each type.
    fn raised_from(cause: Option<Error>, exception: Box<dyn Exception>) -> Self {
        Error(Arc::new(Raised { cause, exception }))
    }

    /// From what [`std::panic::catch_unwind`] returned: the exception that was [raised](raise), or a [`PanicError`].
    pub fn from_panic(payload: Box<dyn Any + Send>) -> Self {
        match payload.downcast::<Error>() {
            Ok(raised) => *raised,
            Err(payload) => {
                let error = PanicError::from_payload(&*payload);
                if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                    // A payload whose destructor panics as well: enough is enough.
                    std::mem::forget(second);
                }
                error.into()
            }
        }
    }

    /// Whether the exception is an `E`: what `except E` tests, for exactly that type.
    pub fn is<E: StdError + 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// The exception as an `E`: what `except E as e` binds.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.as_std().downcast_ref::<E>()
    }

    /// The exception as an `E`, to change it; `None` also while others hold the exception.
    pub fn downcast_mut<E: StdError + 'static>(&mut self) -> Option<&mut E> {
        let exception = Arc::get_mut(&mut self.0)?.exception.as_std_mut();
        match exception.is::<Shared>() {
            true => exception.downcast_mut::<Shared>()?.0.downcast_mut(),
            false => exception.downcast_mut(),
        }
    }

    /// Whether this is a [`CancelledError`].
    pub fn is_cancelled(&self) -> bool {
        self.is::<CancelledError>()
    }

    /// Whether this is a [`KeyboardInterrupt`], a [`SystemExit`] or a [`SignalInterrupt`], which end the loop's run at
    /// once (Python's exceptions outside of `Exception`, `CancelledError` and `GeneratorExit` left aside).
    pub fn is_base_exception(&self) -> bool {
        self.is::<KeyboardInterrupt>() || self.is::<SystemExit>() || self.is::<SignalInterrupt>()
    }

    /// The name that Python prints for the exception's type, such as `TimeoutError`; for
    /// [`io::Error`] the subclass of `OSError` that corresponds to its kind.
    pub fn type_name(&self) -> &'static str {
        match self.downcast_ref::<io::Error>() {
            Some(error) => os_error_name(error),
            None => name_in(self.raised().exception.type_path()),
        }
    }

    /// The exception as a standard error, for libraries that want one.
    pub fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.raised().exception.as_std()
    }

    /// The error that this one was raised from (`__cause__`, or else `__context__`).
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// Python's `raise self from cause`: the same exception with `cause` at the end of its chain of causes.
    #[must_use]
    pub fn caused_by(mut self, cause: Error) -> Self {
        if self.same(&cause) {
            return self;
        }
        if let Some(raised) = Arc::get_mut(&mut self.0) {
            raised.cause = Some(match raised.cause.take() {
                Some(inner) => inner.caused_by(cause),
                None => cause,
            });
            return self;
        }
        let cause = match self.cause() {
            Some(inner) => inner.clone().caused_by(cause),
            None => cause,
        };
        self.with_cause(cause)
    }

    /// The same exception with `cause` in place of its own (an assignment to `__cause__`).
    #[must_use]
    pub fn with_cause(self, cause: Error) -> Self {
        // Not a wrapper around wrappers, which would be dropped by recursion.
        let inner = self.0.exception.as_std().downcast_ref();
        let inner = inner.map(|Shared(inner)| inner.clone());
        Error::raised_from(Some(cause), Box::new(Shared(inner.unwrap_or(self))))
    }

    /// Takes out the cause, and then those that it hides; `None` also while others hold the exception.
    #[doc(hidden)]
    pub fn take_cause(&mut self) -> Option<Error> {
        let raised = Arc::get_mut(&mut self.0)?;
        let hidden = || {
            let exception = raised.exception.as_std_mut();
            exception.downcast_mut::<Shared>()?.0.take_cause()
        };
        raised.cause.take().or_else(hidden)
    }

    /// Whether both are the very same exception object (`is` in Python).
    pub fn same(&self, other: &Error) -> bool {
        std::ptr::eq(self.raised(), other.raised())
    }

    /// The record that holds the user's exception, behind any [`Shared`] wrappers.
    fn raised(&self) -> &Raised {
        let mut error = self;
        while let Some(Shared(inner)) = error.0.exception.as_std().downcast_ref() {
            error = inner;
        }
        &error.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(exception: E) -> Self {
        Error::new(exception)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_std(), f)
    }
}

/// The type's name, the message, and the chain of causes, a line each.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut next = Some(self);
        while let Some(error) = next {
            write!(f, "{}: {error}", error.type_name())?;
            let mut source = error.as_std().source();
            while let Some(inner) = source {
                write!(f, "\n  source: {inner}")?;
                source = inner.source();
            }
            next = error.cause();
            if next.is_some() {
                f.write_str("\ncaused by ")?;
            }
        }
        Ok(())
    }
}

/// Raises `exception` out of a function that returns no `Result`, such as a protocol's method: Python's `raise`. It
/// unwinds like a panic, without a message on standard error, and is caught where panics are.
///
/// ```
/// use asyncio_executor::{Error, ValueError, raise};
///
/// let unwound = std::panic::catch_unwind(|| -> () { raise(ValueError::with_message("bad data")) });
/// assert!(Error::from_panic(unwound.unwrap_err()).is::<ValueError>());
/// ```
///
/// # Panics
///
/// Always: it unwinds. With `panic = "abort"` it ends the program.
pub fn raise(exception: impl Into<Error>) -> ! {
    resume_unwind(Box::new(exception.into()))
}

/// Runs `f`, with a panic or a [raised](raise) exception as its error.
#[inline]
pub fn caught<R>(f: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| Err(Error::from_panic(payload)))
}

/// The coroutine was cancelled: `asyncio.CancelledError`.
///
/// Returned by the await point where a cancelled task stands. A coroutine may clean up and return it, convert
/// it, or go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelledError {
    msg: Option<Arc<str>>,
}

impl CancelledError {
    /// Without a message.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the message that was given to `cancel`, if any.
    pub fn with_msg(msg: Option<Arc<str>>) -> Self {
        CancelledError { msg }
    }

    /// The message that was given to `cancel` (`args[0]` in Python).
    pub fn msg(&self) -> Option<&str> {
        self.msg.as_deref()
    }
}

impl fmt::Display for CancelledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.msg().unwrap_or("cancelled"))
    }
}

impl StdError for CancelledError {}

macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident, $default:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// With `message` as its text.
            pub fn with_message(message: impl Into<Cow<'static, str>>) -> Self {
                $name(message.into())
            }

            /// The text.
            pub fn message(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(if self.0.is_empty() { $default } else { &self.0 })
            }
        }

        impl StdError for $name {}
    )*};
}

exceptions! {
    /// An operation was asked of a future or a task in the wrong state: `asyncio.InvalidStateError`.
    InvalidStateError, "invalid state";
    /// A deadline passed: Python's builtin `TimeoutError`.
    TimeoutError, "timed out";
    /// A misuse of the API that only shows at run time: Python's builtin `RuntimeError`.
    RuntimeError, "runtime error";
    /// An argument of the right type with an unusable value: Python's builtin `ValueError`.
    ValueError, "unusable value";
    /// An argument of an unusable kind: Python's builtin `TypeError`.
    TypeError, "unusable type";
    /// Ctrl-C: Python's builtin `KeyboardInterrupt`. Ends the loop's run wherever it is raised.
    KeyboardInterrupt, "interrupted";
}

impl TimeoutError {
    /// Without a message.
    pub fn new() -> Self {
        TimeoutError(Cow::Borrowed(""))
    }
}

impl Default for TimeoutError {
    fn default() -> Self {
        TimeoutError::new()
    }
}

impl KeyboardInterrupt {
    /// Without a message.
    pub fn new() -> Self {
        KeyboardInterrupt(Cow::Borrowed(""))
    }
}

impl Default for KeyboardInterrupt {
    fn default() -> Self {
        KeyboardInterrupt::new()
    }
}

/// The program asks to end: Python's builtin `SystemExit`. Ends the loop's run wherever it is raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemExit {
    /// The exit status asked for.
    pub code: i32,
}

impl fmt::Display for SystemExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)
    }
}

impl StdError for SystemExit {}

/// A signal asked the program to end: what [`KeyboardInterrupt`] is to Ctrl-C, for the other signals on which a runner
/// shuts down. Python has none. Ends the loop's run wherever it is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalInterrupt {
    /// The signal's number.
    pub signal: i32,
}

impl fmt::Display for SignalInterrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match signal_name(self.signal) {
            Some(name) => f.write_str(name),
            None => write!(f, "signal {}", self.signal),
        }
    }
}

impl StdError for SignalInterrupt {}

/// A panic that was caught at the boundary of a task's step or of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicError {
    message: Cow<'static, str>,
}

impl PanicError {
    /// From what [`std::panic::catch_unwind`] returned.
    pub fn from_payload(payload: &(dyn Any + Send)) -> Self {
        let message = if let Some(text) = payload.downcast_ref::<&'static str>() {
            Cow::Borrowed(*text)
        } else if let Some(text) = payload.downcast_ref::<String>() {
            Cow::Owned(text.clone())
        } else {
            Cow::Borrowed("(a payload that is not text)")
        };
        PanicError { message }
    }

    /// What the panic said.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for PanicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl StdError for PanicError {}

/// The exception with what it was raised from. Boxed, so that an `Error` is one pointer and a `Result` fits into
/// registers: results are on every path, exceptions are not.
struct Raised {
    cause: Option<Error>,
    exception: Box<dyn Exception>,
}

impl Drop for Raised {
    /// One cause after the other: a chain may be longer than the stack.
    fn drop(&mut self) {
        let mut left = Vec::from_iter(self.cause.take());
        while let Some(mut error) = left.pop() {
            left.extend(std::iter::from_fn(|| error.take_cause()));
        }
    }
}

/// Any error type, with the path of its type.
trait Exception: Send + Sync {
    fn type_path(&self) -> &'static str;
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static);
    fn as_std_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static);
}

impl<E: StdError + Send + Sync + 'static> Exception for E {
    fn type_path(&self) -> &'static str {
        type_name::<E>()
    }

    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_std_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }
}

/// An exception that others hold too, given a cause of its own. [`Error::raised`] looks through it.
#[derive(Debug)]
struct Shared(Error);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Shared {}

/// The name of the type with this path.
fn name_in(path: &'static str) -> &'static str {
    let path = path.split_once('<').map_or(path, |(name, _)| name);
    path.rsplit_once(':').map_or(path, |(_, name)| name)
}

fn os_error_name(error: &io::Error) -> &'static str {
    use io::ErrorKind::*;
    match error.kind() {
        AlreadyExists => "FileExistsError",
        BrokenPipe => "BrokenPipeError",
        ConnectionAborted => "ConnectionAbortedError",
        ConnectionRefused => "ConnectionRefusedError",
        ConnectionReset => "ConnectionResetError",
        Interrupted => "InterruptedError",
        IsADirectory => "IsADirectoryError",
        NotADirectory => "NotADirectoryError",
        NotFound => "FileNotFoundError",
        PermissionDenied => "PermissionError",
        TimedOut => "TimeoutError",
        WouldBlock => "BlockingIOError",
        _ => "OSError",
    }
}
