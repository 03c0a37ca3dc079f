//! The selector for Linux, mirrors `selectors.EpollSelector`.

use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, EventFlags};
use rustix::io::Errno;

use super::eventfd::EventFd;
use super::with_registered;
use crate::error::Request;
use crate::interest::Interest;
use crate::registry::{Registry, Token};
use crate::selector::{Event, Selector};
use crate::waker::Notifier;

/// Waits with Linux's epoll, mirrors `selectors.EpollSelector`.
///
/// One system call registers a descriptor, one changes its interest, one unregisters it, and one
/// waits; a wake-up costs the selector none. As in Python, timeouts are rounded up to whole
/// milliseconds.
///
/// If a file that was closed without being unregistered lives on through a duplicate, it is
/// ignored once its number has been unregistered: it never counts for another file under the same
/// number, and it ends one wait early at most.
///
/// # Examples
///
/// ```
/// use std::io::{Write, pipe};
/// use std::os::fd::{AsFd, AsRawFd};
///
/// use asyncio_reactor::{EpollSelector, Event, Interest, Selector};
///
/// let (reader, mut writer) = pipe()?;
/// let mut selector = EpollSelector::new()?;
/// selector.register(reader.as_fd(), Interest::READABLE)?;
/// writer.write_all(b"x")?;
///
/// let mut events = Vec::new();
/// selector.select(None, &mut events)?;
/// let fd = reader.as_raw_fd();
/// assert_eq!(events, [Event { fd, readiness: Interest::READABLE }]);
/// selector.unregister(fd)?;
/// # std::io::Result::Ok(())
/// ```
pub struct EpollSelector {
    epoll: OwnedFd,
    registry: Registry,
    waker: Arc<EventFd>,
    /// What the kernel fills. Grows as descriptors are registered, so that waiting never allocates.
    ready: Vec<epoll::Event>,
}

impl EpollSelector {
    /// A selector with nothing registered.
    ///
    /// # Errors
    ///
    /// What the operating system says, usually that there are no descriptors left.
    pub fn new() -> io::Result<Self> {
        let failed = |error| Request::Create("an epoll selector").failed(error);
        let waker = EventFd::new().map_err(failed)?;
        let epoll = watching(&waker).map_err(failed)?;
        Ok(Self {
            epoll,
            registry: Registry::default(),
            waker: Arc::new(waker),
            ready: Vec::with_capacity(MIN_READY),
        })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(timespec);
        self.ready.clear();
        match epoll::wait(
            &self.epoll,
            spare_capacity(&mut self.ready),
            timeout.as_ref(),
        ) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Request::Select.failed(error)),
        }
    }

    /// Moves every registration to a new epoll instance.
    ///
    /// This is the only way to be rid of a file that is open somewhere, but no longer under the
    /// number that it was registered with. While it is ready, no wait lasts.
    fn renew(&mut self) -> Result<(), Errno> {
        let epoll = watching(&self.waker)?;
        for (token, interest) in self.registry.iter() {
            match with_registered(token.fd, |fd| add(&epoll, fd, token, interest)) {
                // Closed, or reused for what cannot be watched: it waits to be unregistered.
                Ok(()) | Err(Errno::BADF | Errno::PERM) => {}
                Err(error) => return Err(error),
            }
        }
        self.epoll = epoll;
        Ok(())
    }

    /// Makes room for every registered descriptor and the wake-up, within limits.
    fn make_room(&mut self) {
        let room = (self.registry.len() + 1).next_power_of_two().min(MAX_READY);
        if self.ready.capacity() < room {
            self.ready.clear();
            self.ready.reserve_exact(room);
        }
    }
}

impl Selector for EpollSelector {
    fn register(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<()> {
        let token = self.registry.admit(fd.as_raw_fd(), interest)?;
        match add(&self.epoll, fd, token, interest) {
            // The same file was closed under this number, unregistered, and has come back.
            Err(Errno::EXIST) => modify(&self.epoll, fd, token, interest),
            result => result,
        }
        .map_err(|error| Request::Register(token.fd, interest).failed(error))?;
        self.registry.insert(token, interest);
        self.make_room();
        Ok(())
    }

    fn modify(&mut self, fd: RawFd, interest: Interest) -> io::Result<()> {
        let Some(token) = self.registry.change(fd, interest)? else {
            return Ok(());
        };
        with_registered(fd, |fd| modify(&self.epoll, fd, token, interest)).or_else(|error| {
            self.registry.remove(fd)?;
            Err(Request::Modify(fd, interest).failed(error))
        })
    }

    fn unregister(&mut self, fd: RawFd) -> io::Result<()> {
        self.registry.remove(fd)?;
        // Fails if `fd` was closed: then there is nothing to do.
        let _ = with_registered(fd, |fd| epoll::delete(&self.epoll, fd));
        Ok(())
    }

    fn select(&mut self, timeout: Option<Duration>, events: &mut Vec<Event>) -> io::Result<()> {
        self.wait(timeout)?;
        let mut outlived = false;
        for event in &self.ready {
            let token = Token::from(event.data.u64());
            if let Some(interest) = self.registry.interest_of(token) {
                let readiness = readiness(event.flags).masked_by(interest);
                events.push(Event {
                    fd: token.fd,
                    readiness,
                });
            } else if token == Token::RESERVED {
                self.waker.seen();
            } else {
                outlived = true;
            }
        }
        if outlived {
            // If there are no descriptors or no memory left for it, the next wait tries again.
            let _ = self.renew();
        }
        Ok(())
    }

    fn notifier(&self) -> Notifier {
        Notifier::from(Arc::clone(&self.waker))
    }
}

impl fmt::Debug for EpollSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpollSelector")
            .field("epoll", &self.epoll)
            .field("registered", &self.registry.len())
            .finish_non_exhaustive()
    }
}

/// An epoll instance that watches the wake-up and nothing else.
fn watching(waker: &EventFd) -> Result<OwnedFd, Errno> {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let data = epoll::EventData::new_u64(Token::RESERVED.into());
    epoll::add(&epoll, waker, data, EventFlags::IN | EventFlags::ET)?;
    Ok(epoll)
}

fn add(epoll: &OwnedFd, fd: BorrowedFd<'_>, token: Token, interest: Interest) -> Result<(), Errno> {
    epoll::add(
        epoll,
        fd,
        epoll::EventData::new_u64(token.into()),
        flags(interest),
    )
}

fn modify(
    epoll: &OwnedFd,
    fd: BorrowedFd<'_>,
    token: Token,
    interest: Interest,
) -> Result<(), Errno> {
    epoll::modify(
        epoll,
        fd,
        epoll::EventData::new_u64(token.into()),
        flags(interest),
    )
}

/// What to ask the kernel for; it reports errors and hang-ups unasked.
fn flags(interest: Interest) -> EventFlags {
    let mut flags = EventFlags::empty();
    flags.set(EventFlags::IN, interest.contains(Interest::READABLE));
    flags.set(EventFlags::OUT, interest.contains(Interest::WRITABLE));
    flags
}

/// As in Python, all but input counts as writable, and all but output as readable.
fn readiness(flags: EventFlags) -> Interest {
    let mut readiness = Interest::NONE;
    if flags.intersects(!EventFlags::OUT) {
        readiness = readiness.with(Interest::READABLE);
    }
    if flags.intersects(!EventFlags::IN) {
        readiness = readiness.with(Interest::WRITABLE);
    }
    readiness
}

/// The kernel's form of a timeout, cut to [`MAX_TIMEOUT`]. rustix rounds it up to milliseconds.
fn timespec(timeout: Duration) -> Timespec {
    let timeout = timeout.min(MAX_TIMEOUT);
    Timespec {
        tv_sec: timeout.as_secs() as _,
        tv_nsec: timeout.subsec_nanos() as _,
    }
}

/// Room for the events of a small program: less than one page.
const MIN_READY: usize = 64;

/// As many events as one wait yields at most, 12 KiB; the kernel serves the others next time.
const MAX_READY: usize = 1024;

/// `epoll_wait` counts milliseconds in an `int`: 24 days.
const MAX_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);
