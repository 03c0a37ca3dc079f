//! The portable selector.

use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use polling::{Events, PollMode, Poller};

use super::with_registered;
use crate::error::Request;
use crate::interest::Interest;
use crate::registry::Registry;
use crate::selector::{Event, Selector};
use crate::waker::{Notifier, Notify};

/// Waits with whatever the platform has, through the crate `polling`; mirrors
/// `selectors.KqueueSelector`, `DevpollSelector` and `PollSelector`.
///
/// It has epoll on Linux too, where [`DefaultSelector`](crate::DefaultSelector) needs fewer system
/// calls. It differs from that one in three ways:
///
/// - with kqueue, a descriptor that is ready in both directions is reported once for each;
/// - urgent (out-of-band) data counts as readable;
/// - if a file that was closed without being unregistered lives on through a duplicate, it may go
///   on ending waits, and count for another file that is registered under the same number.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use asyncio_reactor::{PollingSelector, Selector};
///
/// let mut selector = PollingSelector::new()?;
/// let mut events = Vec::new();
/// selector.select(Some(Duration::ZERO), &mut events)?;
/// assert!(events.is_empty());
/// # std::io::Result::Ok(())
/// ```
pub struct PollingSelector {
    poller: Arc<Poller>,
    mode: PollMode,
    registry: Registry,
    /// What the poller fills.
    ready: Events,
}

impl PollingSelector {
    /// A selector with nothing registered.
    ///
    /// # Errors
    ///
    /// What the operating system says, usually that there are no descriptors left.
    pub fn new() -> io::Result<Self> {
        let poller =
            Poller::new().map_err(|error| Request::Create("a polling selector").failed(error))?;
        let mode = if poller.supports_level() {
            PollMode::Level
        } else {
            PollMode::Oneshot
        };
        Ok(Self {
            poller: Arc::new(poller),
            mode,
            registry: Registry::default(),
            ready: Events::new(),
        })
    }

    /// As [`new`](Self::new), but on every platform as where the operating system knows one-shot
    /// registrations only: they are renewed after each event. For tests.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[cfg(feature = "test-util")]
    pub fn with_oneshot() -> io::Result<Self> {
        Ok(Self {
            mode: PollMode::Oneshot,
            ..Self::new()?
        })
    }

    /// Fills `ready`.
    ///
    /// With `poll`, a notification that is just arriving makes the poller fail with `WouldBlock`,
    /// and accept no other one until a wait has succeeded.
    fn wait(&mut self, mut timeout: Option<Duration>) -> io::Result<()> {
        self.ready.clear();
        loop {
            match self.poller.wait(&mut self.ready, timeout) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    timeout = Some(Duration::ZERO);
                }
                result => return result.map(drop),
            }
        }
    }

    /// Tells the poller what a registered number is wanted for.
    fn arm(&self, fd: RawFd, interest: Interest) -> io::Result<()> {
        with_registered(fd, |borrowed| {
            let event = event(fd, interest);
            self.poller.modify_with_mode(borrowed, event, self.mode)
        })
    }
}

impl Selector for PollingSelector {
    fn register(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<()> {
        let token = self.registry.admit(fd.as_raw_fd(), interest)?;
        match add(&self.poller, fd, interest, self.mode) {
            // The same file was closed under this number, unregistered, and has come back.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.arm(token.fd, interest)
            }
            result => result,
        }
        .map_err(|error| Request::Register(token.fd, interest).failed(error))?;
        self.registry.insert(token, interest);
        Ok(())
    }

    fn modify(&mut self, fd: RawFd, interest: Interest) -> io::Result<()> {
        if self.registry.change(fd, interest)?.is_none() {
            return Ok(());
        }
        self.arm(fd, interest).or_else(|error| {
            self.registry.remove(fd)?;
            Err(Request::Modify(fd, interest).failed(error))
        })
    }

    fn unregister(&mut self, fd: RawFd) -> io::Result<()> {
        self.registry.remove(fd)?;
        // Fails if `fd` was closed: then there is nothing to do.
        let _ = with_registered(fd, |fd| self.poller.delete(fd));
        Ok(())
    }

    fn select(&mut self, timeout: Option<Duration>, events: &mut Vec<Event>) -> io::Result<()> {
        self.wait(timeout)
            .map_err(|error| Request::Select.failed(error))?;
        for event in self.ready.iter() {
            let fd = event.key as RawFd;
            let Some(interest) = self.registry.interest(fd) else {
                continue;
            };
            let readiness = readiness(event).masked_by(interest);
            if !readiness.is_empty() {
                events.push(Event { fd, readiness });
            }
            if self.mode == PollMode::Oneshot {
                // Fails if `fd` was closed: then there is nothing to watch.
                let _ = self.arm(fd, interest);
            }
        }
        Ok(())
    }

    fn notifier(&self) -> Notifier {
        Notifier::new(Wake(Arc::clone(&self.poller)))
    }
}

impl fmt::Debug for PollingSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollingSelector")
            .field("poller", &self.poller)
            .field("mode", &self.mode)
            .field("registered", &self.registry.len())
            .finish_non_exhaustive()
    }
}

/// Wakes a poller.
struct Wake(Arc<Poller>);

impl Notify for Wake {
    fn notify(&self) {
        // Writes to a descriptor that the poller owns: nothing that fails.
        let _ = self.0.notify();
    }
}

#[allow(unsafe_code)]
fn add(poller: &Poller, fd: BorrowedFd<'_>, interest: Interest, mode: PollMode) -> io::Result<()> {
    let event = event(fd.as_raw_fd(), interest);
    // SAFETY: the poller wants the descriptor deleted before it is closed, which is asked of our
    // callers but cannot be made sure of. It is sound nevertheless, as the poller keeps no more
    // than the number and does no more than wait for it: epoll, kqueue and event ports drop a
    // file that is closed, and `poll` waits for whatever has the number. The worst outcome is an
    // event too many or too few. Nobody's descriptor is read, written or closed.
    unsafe { poller.add_with_mode(&fd, event, mode) }
}

fn event(fd: RawFd, interest: Interest) -> polling::Event {
    let readable = interest.contains(Interest::READABLE);
    let writable = interest.contains(Interest::WRITABLE);
    polling::Event::new(fd as usize, readable, writable)
}

/// The poller counts errors and hang-ups as both directions, as Python does.
fn readiness(event: polling::Event) -> Interest {
    let mut readiness = Interest::NONE;
    if event.readable {
        readiness = readiness.with(Interest::READABLE);
    }
    if event.writable {
        readiness = readiness.with(Interest::WRITABLE);
    }
    readiness
}
