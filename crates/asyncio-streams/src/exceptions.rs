//! [`IncompleteReadError`] and [`LimitOverrunError`]. Mirrors the part of `asyncio.exceptions` about streams.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use bytes::Bytes;

/// The end came before everything that was asked for: `asyncio.IncompleteReadError`, a subclass of `EOFError` there.
///
/// ```
/// use asyncio_streams::IncompleteReadError;
///
/// let error = IncompleteReadError::new("abc", Some(5));
/// assert_eq!(error.to_string(), "3 bytes read on a total of 5 expected bytes");
/// assert_eq!(error.partial, "abc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IncompleteReadError {
    /// What was read before the end.
    pub partial: Bytes,
    /// How many bytes were asked for; `None` if the read was for a separator.
    pub expected: Option<usize>,
}

impl IncompleteReadError {
    /// With what was read and how much was asked for.
    pub fn new(partial: impl Into<Bytes>, expected: Option<usize>) -> Self {
        IncompleteReadError {
            partial: partial.into(),
            expected,
        }
    }
}

impl fmt::Display for IncompleteReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes read on a total of ", self.partial.len())?;
        match self.expected {
            Some(expected) => write!(f, "{expected} expected bytes"),
            None => f.write_str("undefined expected bytes"),
        }
    }
}

impl Error for IncompleteReadError {}

/// No separator within the reader's limit: `asyncio.LimitOverrunError`. The data is still in the reader's buffer.
///
/// ```
/// use asyncio_streams::LimitOverrunError;
///
/// let error = LimitOverrunError::new("Separator is not found, and chunk exceed the limit", 12);
/// assert_eq!(error.consumed, 12);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitOverrunError {
    message: Cow<'static, str>,
    /// How many bytes may be read away before the separator, or what could become one, begins.
    pub consumed: usize,
}

impl LimitOverrunError {
    /// With a message and the number of bytes before the separator.
    pub fn new(message: impl Into<Cow<'static, str>>, consumed: usize) -> Self {
        LimitOverrunError {
            message: message.into(),
            consumed,
        }
    }

    /// The text.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for LimitOverrunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for LimitOverrunError {}
