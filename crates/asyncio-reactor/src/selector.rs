//! What waits for descriptors, mirrors Python's `selectors`.

use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::Duration;

use crate::interest::Interest;
use crate::waker::Notifier;

/// Waits until descriptors are ready, mirrors `selectors.BaseSelector`.
///
/// # Contract
///
/// - Registrations last until [`unregister`](Self::unregister) and are level-triggered: a
///   descriptor is reported by every `select` for as long as it is ready.
/// - Errors and hang-ups are readiness in every direction that is registered, as in Python: the
///   next read or write finds out what happened.
/// - Readiness is a hint. A read may still find nothing, so descriptors should be non-blocking.
/// - Descriptors are not owned. **Unregister first, close then.**
///
/// # Descriptors that were closed too early
///
/// A number stays registered until it is unregistered, whatever becomes of its file:
///
/// - `unregister` always succeeds and frees the number, as in Python;
/// - `register` fails with [`AlreadyExists`](io::ErrorKind::AlreadyExists), even if the number now
///   belongs to another file;
/// - `modify` to another interest fails with the operating system's error if that notices (epoll
///   does), and then frees the number, as in Python.
///
/// If the file lives on through a duplicate (`dup`, `fork`) the kernel may go on watching it.
/// Until the number is unregistered it is then reported under that number. What happens
/// afterwards is said at each selector.
pub trait Selector {
    /// Starts watching `fd`, mirrors `BaseSelector.register`.
    ///
    /// `interest` is never empty.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) if the number is registered,
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if `interest` is empty,
    /// [`PermissionDenied`](io::ErrorKind::PermissionDenied) if `fd` cannot be waited for (with
    /// epoll: regular files and directories), else what the operating system says. After an error
    /// `fd` is not watched, unless it was before.
    fn register(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<()>;

    /// Replaces what `fd` is watched for, mirrors `BaseSelector.modify`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) if the number is not registered,
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if `interest` is empty, else what the
    /// operating system says. After an error of the system `fd` is no longer registered.
    fn modify(&mut self, fd: RawFd, interest: Interest) -> io::Result<()>;

    /// Stops watching `fd`, mirrors `BaseSelector.unregister`.
    ///
    /// It succeeds on a descriptor that has been closed since it was registered.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) if the number is not registered.
    fn unregister(&mut self, fd: RawFd) -> io::Result<()>;

    /// Waits until a descriptor is ready and appends what is ready to `events`, mirrors
    /// `BaseSelector.select`.
    ///
    /// Waits at most `timeout`; with `None` until something happens. The timeout is rounded up,
    /// never down. A wake-up or a signal may end the wait with nothing appended, and so may a
    /// timeout longer than 24 days. Allocates only if `events` has to grow.
    ///
    /// # Errors
    ///
    /// What the operating system says. A signal (`EINTR`) is not an error.
    fn select(&mut self, timeout: Option<Duration>, events: &mut Vec<Event>) -> io::Result<()>;

    /// A handle that wakes [`select`](Self::select) from any thread.
    fn notifier(&self) -> Notifier;
}

/// A descriptor that is ready, mirrors the `(key, events)` pairs of `BaseSelector.select`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// The number that was registered.
    pub fd: RawFd,
    /// What it is ready for: never empty, never more than was registered.
    pub readiness: Interest,
}

/// The selector that suits this platform best, mirrors `selectors.DefaultSelector`.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub type DefaultSelector = crate::sys::EpollSelector;

/// The selector that suits this platform best, mirrors `selectors.DefaultSelector`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub type DefaultSelector = crate::sys::PollingSelector;

/// Makes a [`DefaultSelector`], mirrors `selectors.DefaultSelector()`.
///
/// # Errors
///
/// What the operating system says, usually that there are no descriptors left.
pub fn default_selector() -> io::Result<Box<dyn Selector>> {
    Ok(Box::new(DefaultSelector::new()?))
}
