//! Errors that say what was asked, of which descriptor, and why it failed.

use std::error::Error;
use std::fmt;
use std::io;
use std::os::fd::RawFd;

use crate::interest::Interest;

/// What a selector was asked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    /// Set a selector of the named kind up.
    Create(&'static str),
    /// Watch a descriptor.
    Register(RawFd, Interest),
    /// Watch a descriptor for something else.
    Modify(RawFd, Interest),
    /// Stop watching a descriptor.
    Unregister(RawFd),
    /// Wait for events.
    Select,
}

impl Request {
    /// The error for a number that is registered already.
    pub(crate) fn already_registered(self) -> io::Error {
        self.refused(Reason::AlreadyRegistered)
    }

    /// The error for a number that is not registered.
    pub(crate) fn not_registered(self) -> io::Error {
        self.refused(Reason::NotRegistered)
    }

    /// The error for an empty interest.
    pub(crate) fn no_interest(self) -> io::Error {
        self.refused(Reason::NoInterest)
    }

    /// The error for a request that the operating system turned down.
    pub(crate) fn failed(self, error: impl Into<io::Error>) -> io::Error {
        self.refused(Reason::System(error.into()))
    }

    fn refused(self, reason: Reason) -> io::Error {
        let refusal = Refusal {
            request: self,
            reason,
        };
        io::Error::new(refusal.kind(), refusal)
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(kind) => write!(f, "create {kind}"),
            Self::Register(fd, interest) => {
                write!(f, "register fd {fd} for {}", interest.purpose())
            }
            Self::Modify(fd, interest) => write!(f, "modify fd {fd} to {}", interest.purpose()),
            Self::Unregister(fd) => write!(f, "unregister fd {fd}"),
            Self::Select => f.write_str("wait for events"),
        }
    }
}

/// Why a request was not granted.
#[derive(Debug)]
enum Reason {
    /// The number is registered already.
    AlreadyRegistered,
    /// The number is not registered.
    NotRegistered,
    /// There is nothing to watch for.
    NoInterest,
    /// The operating system turned the request down.
    System(io::Error),
}

/// A request that was not granted.
#[derive(Debug)]
struct Refusal {
    request: Request,
    reason: Reason,
}

impl Refusal {
    fn kind(&self) -> io::ErrorKind {
        match &self.reason {
            Reason::AlreadyRegistered => io::ErrorKind::AlreadyExists,
            Reason::NotRegistered => io::ErrorKind::NotFound,
            Reason::NoInterest => io::ErrorKind::InvalidInput,
            Reason::System(error) => error.kind(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.request)?;
        match (&self.reason, self.request) {
            (Reason::AlreadyRegistered, _) => f.write_str("it is already registered"),
            (Reason::NotRegistered, _) => f.write_str("it is not registered"),
            (Reason::NoInterest, _) => f.write_str("the interest is empty"),
            (Reason::System(error), Request::Register(..))
                if error.kind() == io::ErrorKind::PermissionDenied =>
            {
                write!(
                    f,
                    "{error}; regular files and directories cannot be waited for"
                )
            }
            (Reason::System(error), _) => error.fmt(f),
        }
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::System(error) => Some(error),
            _ => None,
        }
    }
}
