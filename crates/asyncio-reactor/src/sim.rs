//! A scripted selector for tests (feature `test-util`); Python's `test.test_asyncio.utils` has the
//! like in its `TestSelector`.
//!
//! [`SimSelector`] never asks the operating system anything and never blocks. Its [`SimHandle`]
//! says what is ready, and what happens when a `select` would block.
//!
//! # Examples
//!
//! ```
//! use std::io::pipe;
//! use std::os::fd::{AsFd, AsRawFd};
//!
//! use asyncio_reactor::sim::{Call, SimSelector};
//! use asyncio_reactor::{Event, Interest, Selector};
//!
//! let (reader, _writer) = pipe()?;
//! let fd = reader.as_raw_fd();
//! let mut selector = SimSelector::new();
//! let sim = selector.handle();
//! selector.register(reader.as_fd(), Interest::READABLE)?;
//!
//! sim.on_block(move |sim| sim.set_ready(fd, Interest::BOTH));
//! let mut events = Vec::new();
//! selector.select(None, &mut events)?;
//!
//! assert_eq!(events, [Event { fd, readiness: Interest::READABLE }]);
//! assert_eq!(sim.take_calls()[1], Call::Select { timeout: None });
//! # std::io::Result::Ok(())
//! ```

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::error::Request;
use crate::interest::Interest;
use crate::registry::Registry;
use crate::selector::{Event, Selector};
use crate::waker::{Notifier, Notify};

/// A selector that does what its [`SimHandle`] says.
///
/// A `select` reports every registered descriptor that was made ready, in the order in which they
/// were. It would block if there is none, its timeout is not zero and nobody has notified it. Then
/// it takes the next step of the script; without one a timeout is taken to have passed, and a wait
/// without a timeout panics.
#[derive(Debug, Default)]
pub struct SimSelector {
    handle: SimHandle,
}

/// Scripts and observes a [`SimSelector`]; clones do so for the same one.
#[derive(Clone, Debug, Default)]
pub struct SimHandle {
    state: Rc<RefCell<State>>,
    notifications: Arc<Notifications>,
}

/// What a [`SimSelector`] was asked to do, refused requests included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// [`Selector::register`].
    Register {
        /// The number of the descriptor.
        fd: RawFd,
        /// What to watch it for.
        interest: Interest,
    },
    /// [`Selector::modify`].
    Modify {
        /// The number of the descriptor.
        fd: RawFd,
        /// What to watch it for from then on.
        interest: Interest,
    },
    /// [`Selector::unregister`].
    Unregister {
        /// The number of the descriptor.
        fd: RawFd,
    },
    /// [`Selector::select`].
    Select {
        /// How long it was allowed to wait.
        timeout: Option<Duration>,
    },
}

#[derive(Default)]
struct State {
    registry: Registry,
    ready: Vec<Event>,
    script: VecDeque<Step>,
    calls: Vec<Call>,
    /// How many notifications earlier calls of `select` have returned for.
    notifications_seen: usize,
}

/// What a `select` does instead of blocking.
enum Step {
    /// Calls it, then returns what is ready.
    Run(Box<dyn FnOnce(&SimHandle)>),
    /// Returns an error.
    Fail(io::ErrorKind),
}

impl SimSelector {
    /// A selector with nothing registered, nothing ready and no script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What scripts and observes this selector.
    #[must_use]
    pub fn handle(&self) -> SimHandle {
        self.handle.clone()
    }
}

impl SimHandle {
    /// Makes `fd` ready for `readiness`, and for nothing else, until that is changed or cleared.
    ///
    /// It is reported while `fd` is registered, as far as that is of interest.
    pub fn set_ready(&self, fd: RawFd, readiness: Interest) {
        let ready = &mut self.state.borrow_mut().ready;
        match ready.iter_mut().find(|event| event.fd == fd) {
            Some(event) => event.readiness = readiness,
            None => ready.push(Event { fd, readiness }),
        }
    }

    /// Makes `fd` not ready.
    pub fn clear_ready(&self, fd: RawFd) {
        self.state.borrow_mut().ready.retain(|event| event.fd != fd);
    }

    /// Adds a step to the script: a `select` that would block calls `step` instead, then returns
    /// with what is ready, if anything.
    pub fn on_block(&self, step: impl FnOnce(&SimHandle) + 'static) {
        self.add_step(Step::Run(Box::new(step)));
    }

    /// Adds a step to the script: a `select` that would block fails instead.
    pub fn fail_on_block(&self, kind: io::ErrorKind) {
        self.add_step(Step::Fail(kind));
    }

    /// What `fd` is registered for.
    #[must_use]
    pub fn interest(&self, fd: RawFd) -> Option<Interest> {
        self.state.borrow().registry.interest(fd)
    }

    /// The calls since the last time, oldest first.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state.borrow_mut().calls)
    }

    /// How often a [`Notifier`] was used since the selector was made.
    #[must_use]
    pub fn notifications(&self) -> usize {
        self.notifications.0.load(Ordering::Acquire)
    }

    fn add_step(&self, step: Step) {
        self.state.borrow_mut().script.push_back(step);
    }

    fn record(&self, call: Call) {
        self.state.borrow_mut().calls.push(call);
    }

    /// Whether there are notifications that no `select` has returned for.
    fn take_notified(&self) -> bool {
        let notifications = self.notifications();
        let seen = &mut self.state.borrow_mut().notifications_seen;
        std::mem::replace(seen, notifications) != notifications
    }

    /// Appends what is ready and of interest.
    fn report(&self, events: &mut Vec<Event>) {
        let state = self.state.borrow();
        events.extend(state.ready.iter().filter_map(|event| {
            let fd = event.fd;
            let readiness = event.readiness.masked_by(state.registry.interest(fd)?);
            (!readiness.is_empty()).then_some(Event { fd, readiness })
        }));
    }

    fn block(&self, timeout: Option<Duration>) -> io::Result<()> {
        let step = self.state.borrow_mut().script.pop_front();
        match (step, timeout) {
            (Some(Step::Run(step)), _) => step(self),
            (Some(Step::Fail(kind)), _) => return Err(Request::Select.failed(kind)),
            (None, Some(_)) => {}
            (None, None) => panic!(
                "select would block forever: it has no timeout, nothing is ready and no step is \
                 scripted"
            ),
        }
        Ok(())
    }
}

impl Selector for SimSelector {
    fn register(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<()> {
        let fd = fd.as_raw_fd();
        self.handle.record(Call::Register { fd, interest });
        let registry = &mut self.handle.state.borrow_mut().registry;
        let token = registry.admit(fd, interest)?;
        registry.insert(token, interest);
        Ok(())
    }

    fn modify(&mut self, fd: RawFd, interest: Interest) -> io::Result<()> {
        self.handle.record(Call::Modify { fd, interest });
        let registry = &mut self.handle.state.borrow_mut().registry;
        registry.change(fd, interest).map(drop)
    }

    fn unregister(&mut self, fd: RawFd) -> io::Result<()> {
        self.handle.record(Call::Unregister { fd });
        self.handle.state.borrow_mut().registry.remove(fd)
    }

    fn select(&mut self, timeout: Option<Duration>, events: &mut Vec<Event>) -> io::Result<()> {
        self.handle.record(Call::Select { timeout });
        let before = events.len();
        self.handle.report(events);
        let notified = self.handle.take_notified();
        if events.len() == before && !notified && timeout != Some(Duration::ZERO) {
            self.handle.block(timeout)?;
            self.handle.take_notified();
            self.handle.report(events);
        }
        Ok(())
    }

    fn notifier(&self) -> Notifier {
        Notifier::from(Arc::clone(&self.handle.notifications))
    }
}

/// Counts notifications.
#[derive(Debug, Default)]
struct Notifications(AtomicUsize);

impl Notify for Notifications {
    fn notify(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("registered", &self.registry.len())
            .field("ready", &self.ready)
            .field("steps", &self.script.len())
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}
