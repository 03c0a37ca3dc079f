//! What queues raise. Mirrors the exceptions of `asyncio.queues`.
//!
//! A put that fails has an item to give back, and neither it nor a get should allocate to say that there is nothing to do. So
//! both return errors of their own, which `?` converts to the exceptions.

use std::error::Error as StdError;
use std::fmt;

use asyncio_sync::{CancelledError, Error};

macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident, $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl StdError for $name {}
    )*};
}

exceptions! {
    /// There is no item: `asyncio.QueueEmpty`.
    QueueEmpty, "the queue is empty";
    /// There is no room: `asyncio.QueueFull`.
    QueueFull, "the queue is full";
    /// The queue was shut down: `asyncio.QueueShutDown`.
    QueueShutDown, "the queue is shut down";
}

/// Why there is no item. `?` makes it a [`QueueEmpty`], a [`QueueShutDown`] or a [`CancelledError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GetError {
    /// The queue is empty. Only `get_nowait` says so.
    Empty,
    /// The queue was shut down and is empty.
    ShutDown,
    /// The task was cancelled. Only `get` says so.
    Cancelled(CancelledError),
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GetError::Empty => QueueEmpty.fmt(f),
            GetError::ShutDown => QueueShutDown.fmt(f),
            GetError::Cancelled(cancelled) => cancelled.fmt(f),
        }
    }
}

impl From<GetError> for Error {
    fn from(error: GetError) -> Self {
        match error {
            GetError::Empty => QueueEmpty.into(),
            GetError::ShutDown => QueueShutDown.into(),
            GetError::Cancelled(cancelled) => cancelled.into(),
        }
    }
}

/// Why an item was not put, and the item. `?` makes it a [`QueueFull`], a [`QueueShutDown`] or a [`CancelledError`], and
/// drops the item.
///
/// ```
/// use asyncio_queue::{PutError, Queue};
///
/// let queue = Queue::new(1);
/// queue.put_nowait("one").unwrap();
/// let error = queue.put_nowait("two").unwrap_err();
/// assert!(matches!(error, PutError::Full(_)));
/// assert_eq!(error.into_item(), "two");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum PutError<T> {
    /// The queue is full. Only `put_nowait` says so.
    Full(T),
    /// The queue was shut down.
    ShutDown(T),
    /// The task was cancelled. Only `put` says so.
    Cancelled(T, CancelledError),
}

impl<T> PutError<T> {
    /// The item that was not put.
    pub fn into_item(self) -> T {
        match self {
            PutError::Full(item) | PutError::ShutDown(item) | PutError::Cancelled(item, _) => item,
        }
    }
}

/// Without the item, which need not be printable.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PutError::Full(_) => f.write_str("Full(..)"),
            PutError::ShutDown(_) => f.write_str("ShutDown(..)"),
            PutError::Cancelled(_, cancelled) => write!(f, "Cancelled(.., {cancelled:?})"),
        }
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PutError::Full(_) => QueueFull.fmt(f),
            PutError::ShutDown(_) => QueueShutDown.fmt(f),
            PutError::Cancelled(_, cancelled) => cancelled.fmt(f),
        }
    }
}

impl<T> From<PutError<T>> for Error {
    fn from(error: PutError<T>) -> Self {
        match error {
            PutError::Full(_) => QueueFull.into(),
            PutError::ShutDown(_) => QueueShutDown.into(),
            PutError::Cancelled(_, cancelled) => cancelled.into(),
        }
    }
}
