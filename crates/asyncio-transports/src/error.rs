//! Errors that say what was asked, of whom, and why it failed.

use std::error::Error;
use std::fmt;
use std::io;

/// The error for `request`, such as `connect to 127.0.0.1:81`, that the system turned down with `reason`. It keeps
/// the reason's kind, and the reason as its source.
pub(crate) fn refused(request: impl fmt::Display, reason: impl Into<io::Error>) -> io::Error {
    let reason = reason.into();
    let request = request.to_string();
    io::Error::new(reason.kind(), Refused { request, reason })
}

#[derive(Debug)]
struct Refused {
    request: String,
    reason: io::Error,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}",
            self.request,
            uncapitalized(&self.reason.to_string())
        )
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.reason)
    }
}

/// The system's texts begin with a capital and end with their number.
fn uncapitalized(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_lowercase().chain(rest).collect(),
        None => String::new(),
    }
}
