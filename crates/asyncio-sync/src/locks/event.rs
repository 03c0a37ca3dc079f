//! [`Event`]: a flag that many can wait for. Mirrors `asyncio.locks.Event`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio_tasks::CancelledError;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::waiters::{Gate, Left, Line, Passage, Waiters, Woken};

/// A flag that coroutines can wait for: `asyncio.Event`.
///
/// ```
/// use asyncio_sync::Event;
/// use std::rc::Rc;
///
/// asyncio_tasks::run(async {
///     let ready = Rc::new(Event::new());
///     let waiter = asyncio_tasks::create_task({
///         let ready = ready.clone();
///         async move { Ok(ready.wait().await?) }
///     });
///     ready.set();
///     waiter.await
/// }).unwrap();
/// ```
#[derive(Default)]
pub struct Event {
    value: AtomicBool,
    waiters: Waiters,
}

impl Event {
    /// An event that is not set.
    pub const fn new() -> Self {
        Event {
            value: AtomicBool::new(false),
            waiters: Waiters::new(),
        }
    }

    /// Whether it is set: `Event.is_set`.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.value.load(Ordering::SeqCst)
    }

    /// Sets it and wakes everybody who waits, even if it is cleared before they run: `Event.set`.
    #[inline]
    pub fn set(&self) {
        drop(self.set_deferred());
    }

    /// As [`set`](Event::set), for whoever has a mutex of its own locked: those who waited are told when the result is dropped.
    #[inline]
    pub fn set_deferred(&self) -> Option<Woken> {
        if self.value.swap(true, Ordering::SeqCst) || self.waiters.is_empty() {
            return None;
        }
        let mut line = self.waiters.lock();
        line.wake(usize::MAX);
        Some(line.unlock())
    }

    /// Clears it: from now on [`wait`](Event::wait) waits. `Event.clear`.
    #[inline]
    pub fn clear(&self) {
        self.value.store(false, Ordering::SeqCst);
    }

    /// Waits until it is set, not at all if it is: `Event.wait`.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it had to wait and the task was cancelled meanwhile.
    #[inline]
    pub fn wait(&self) -> EventWait<'_> {
        EventWait(Passage::new(self))
    }
}

/// `<Event [unset, waiters:1]>`
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_set() { "set" } else { "unset" };
        write!(f, "<Event [{state}, {:?}]>", self.waiters)
    }
}

impl Gate for Event {
    #[inline]
    fn name(&self) -> &'static &'static str {
        &"Event.wait"
    }

    #[inline]
    fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    #[inline]
    fn try_pass(&self) -> bool {
        self.is_set()
    }

    fn try_pass_line(&self, _line: &mut Line<'_>) -> bool {
        self.is_set()
    }

    #[inline]
    fn pass(&self) {}

    fn give_up(&self, _line: &mut Line<'_>, _left: Left) {}
}

/// The future of [`Event::wait`].
#[derive(Debug)]
#[must_use = "nothing waits until this is awaited"]
pub struct EventWait<'a>(Passage<&'a Event>);

impl Future for EventWait<'_> {
    type Output = Result<(), CancelledError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}
