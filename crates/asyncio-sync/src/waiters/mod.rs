//! [`Waiters`]: the wait queue under every lock and queue. Mirrors the `_waiters` of `asyncio.locks`.
//!
//! Order and who is next are kept by an [`event_listener::Event`]. Beside it stands what asyncio needs to know: how many
//! wait, and whose task has been asked to cancel. For authors of primitives of their own.
//!
//! - The first in line is woken first; whoever is woken has the turn until it is polled, gives up or is dropped.
//! - One mutex guards a line, and what a primitive decides about it. Without anyone in line nobody takes it, and nothing is
//!   allocated before the first one waits.
//! - A waiter whose task is asked to cancel is passed over from that moment on, as in asyncio, although its task sees the
//!   request only when it is stepped. Tasks of other executors leave when they are dropped.
//! - Wakers are code of the program: they run, and are dropped, when the line is unlocked. They may poll or drop who waits.
// DIFFERENCE (LOOP-25): a primitive is bound to no loop. It is shared between threads, loops and other executors.

mod gate;
mod places;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Waker};

use crate::sync::MutexGuard;
use crate::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use gate::try_now;
pub use gate::{Gate, Passage};
use places::{Place, Places, Shared, index};

/// Who waits, in order.
pub struct Waiters {
    /// How many are in line, or about to be. Changed with the line locked.
    engaged: AtomicUsize,
    /// Made for the first one who waits.
    shared: OnceLock<Arc<Shared>>,
}

impl Waiters {
    /// Nobody waits.
    pub const fn new() -> Self {
        Waiters {
            engaged: AtomicUsize::new(0),
            shared: OnceLock::new(),
        }
    }

    /// Whether nobody is in line: one load. [`Gate`] says how to use it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.engaged.load(Ordering::SeqCst) == 0
    }

    /// One less, with the line locked. Who does not see it in time only takes the slow path in vain.
    fn disengage(&self) {
        let engaged = self.engaged.load(Ordering::Relaxed);
        self.engaged.store(engaged - 1, Ordering::Release);
    }

    /// The line, for as long as the guard lives.
    pub fn lock(&self) -> Line<'_> {
        let shared = self.shared.get_or_init(Arc::default);
        Line {
            waiters: self,
            shared,
            places: shared.lock(),
            woken: Woken::default(),
            _discarded: None,
        }
    }
}

impl Default for Waiters {
    fn default() -> Self {
        Waiters::new()
    }
}

impl fmt::Debug for Waiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "waiters:{}", self.engaged.load(Ordering::Relaxed))
    }
}

/// A locked line. Nothing enters, leaves or is woken but through it. Those who were woken are told when it is unlocked.
pub struct Line<'a> {
    waiters: &'a Waiters,
    shared: &'a Arc<Shared>,
    /// Before the wakers: fields are dropped in order.
    places: MutexGuard<'a, Places>,
    woken: Woken,
    /// The waker of who left.
    _discarded: Option<Waker>,
}

impl Line<'_> {
    /// How many wait or have the turn, without those who are passed over.
    pub fn live(&self) -> usize {
        self.places.entries.len() - self.places.passed_over
    }

    /// How many wait and do not have the turn.
    pub fn unwoken(&self) -> usize {
        self.places.unwoken
    }

    /// Whether the oldest in line is one who is passed over, and has not left yet.
    pub fn is_head_passed_over(&self) -> bool {
        self.places.passed_over > 0 && self.places.is_head_passed_over()
    }

    /// Gives the turn to the first who waits; false if nobody does.
    pub fn wake_first(&mut self) -> bool {
        self.wake(1) == 1
    }

    /// Gives the turn to the first `n` who wait, and counts them.
    pub fn wake(&mut self, n: usize) -> usize {
        let n = n.min(self.places.unwoken);
        for _ in 0..n {
            let waker = self.places.wake_next();
            self.woken.add(waker);
        }
        n
    }

    /// Unlocks the line. Those who were woken are told when the result is dropped: for whoever has locked more.
    pub fn unlock(self) -> Woken {
        self.woken
    }

    /// Looks whether it is the turn of `ticket`, which leaves the line if so.
    fn poll(&mut self, ticket: u64, cx: &mut Context<'_>) -> Option<Left> {
        let place = &mut self.places.entries.get_mut(index(ticket))?.place;
        let Place::Waiting(_, waker) = place else {
            return Some(self.leave(ticket));
        };
        if !waker.will_wake(cx.waker()) {
            self._discarded = Some(std::mem::replace(waker, cx.waker().clone()));
        }
        None
    }

    fn leave(&mut self, ticket: u64) -> Left {
        self.waiters.disengage();
        let (left, waker) = self.places.leave(ticket);
        self._discarded = waker;
        left
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.waiters.fmt(f)
    }
}

/// Those who have been given the turn. They are told when this is dropped.
#[derive(Debug, Default)]
#[must_use = "those who were woken are told when it is dropped"]
pub struct Woken {
    /// One is the rule.
    first: Option<Waker>,
    others: Vec<Waker>,
}

impl Woken {
    fn add(&mut self, waker: Waker) {
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.others.push(waker),
        }
    }
}

impl Drop for Woken {
    #[inline]
    fn drop(&mut self) {
        if let Some(first) = self.first.take() {
            first.wake();
            self.others.drain(..).for_each(Waker::wake);
        }
    }
}

/// As what a waiter leaves its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It had not been woken.
    Waiting,
    /// It had been woken: whoever comes next may need to know.
    WithTurn,
    /// Its task had been asked to cancel before it was woken.
    PassedOver,
}
