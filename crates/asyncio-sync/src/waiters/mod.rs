//! [`Waiters`]: the wait queue under every lock and queue. Mirrors the `_waiters` of `asyncio.locks`.
//!
//! A line keeps the wakers of those who wait in the order in which they came, and what asyncio needs to know beside it: whose task
//! has been asked to cancel. For authors of primitives of their own.
//!
//! - The first in line is woken first; whoever is woken has the turn until it is polled, gives up or is dropped.
//! - One mutex guards a line, and what a primitive decides about it. Without anyone in line nobody takes it. To enter takes it once,
//!   and so does to wake somebody; who has the turn sees that without it.
//! - Nothing is allocated before the first one waits, and then only when more wait than ever before.
//! - A waiter whose task is asked to cancel is passed over from that moment on, as in asyncio, although its task sees the
//!   request only when it is stepped. Tasks of other executors leave when they are dropped.
//! - Wakers are code of the program: they run, and are dropped, when the line is unlocked. They may poll or drop who waits.
// DIFFERENCE (LOOP-25): a primitive is bound to no loop. It is shared between threads, loops and other executors.

mod gate;
mod places;
mod woken;

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Waker};

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{MutexGuard, OnceLock};

pub(crate) use gate::try_now;
pub use gate::{Gate, Passage};
use places::{Places, Shared, Ticket};
pub use woken::Woken;

/// Who waits, in order.
pub struct Waiters {
    /// Whether anybody waits for the turn. Changed with the line locked.
    is_awaited: AtomicBool,
    /// Made for the first one who waits.
    shared: OnceLock<Arc<Shared>>,
}

impl Waiters {
    /// Nobody waits.
    pub const fn new() -> Self {
        Waiters {
            is_awaited: AtomicBool::new(false),
            shared: OnceLock::new(),
        }
    }

    /// Whether nobody waits for the turn: one load. Those who have it do not count. [`Gate`] says how to use it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.is_awaited.load(Ordering::SeqCst)
    }

    /// How many are in line, for `Debug`. Those who have the turn are not.
    pub(crate) fn count(&self) -> usize {
        self.shared.get().map_or(0, |shared| shared.lock().len())
    }

    /// The line, for as long as the guard lives.
    #[inline]
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
        write!(f, "waiters:{}", self.count())
    }
}

/// A locked line. Nothing enters, is woken or gives up but through it. Those who were woken are told when it is unlocked.
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
    /// How many wait for the turn, without those who are passed over.
    pub fn waiting(&self) -> usize {
        self.places.waiting
    }

    /// Whether the oldest in line is one who is passed over, and has not left yet.
    pub fn is_head_passed_over(&self) -> bool {
        self.places.passed_over > 0 && self.places.is_head_passed_over()
    }

    /// Gives the turn to the first who waits; false if nobody does.
    #[inline]
    pub fn wake_first(&mut self) -> bool {
        let woken = self.wake_next();
        self.settle();
        woken
    }

    /// Gives the turn to the first `n` who wait, and counts them.
    pub fn wake(&mut self, n: usize) -> usize {
        let mut count = 0;
        while count < n && self.wake_next() {
            count += 1;
        }
        self.settle();
        count
    }

    /// Unlocks the line. Those who were woken are told when the result is dropped: for whoever has locked more.
    pub fn unlock(self) -> Woken {
        self.woken
    }

    #[inline]
    fn wake_next(&mut self) -> bool {
        let waker = self.shared.wake_next(&mut self.places);
        let is_any = waker.is_some();
        if let Some(waker) = waker {
            self.woken.add(waker);
        }
        is_any
    }

    /// Before a newcomer looks at the gate for the last time: from now on whoever opens it sees that somebody waits.
    #[inline]
    fn announce(&self) {
        let is_awaited = &self.waiters.is_awaited;
        // Who finds it said comes after the one who has said it, whom the same look finds.
        if !is_awaited.load(Ordering::SeqCst) {
            is_awaited.store(true, Ordering::SeqCst);
        }
    }

    /// After somebody was woken or left. Who does not see it in time only takes the slow path in vain.
    #[inline]
    fn settle(&self) {
        if self.places.waiting == 0 && self.waiters.is_awaited.load(Ordering::Relaxed) {
            self.waiters.is_awaited.store(false, Ordering::Release);
        }
    }

    /// Looks whether it is the turn of `ticket`, which leaves the line if so.
    fn poll(&mut self, ticket: Ticket, cx: &mut Context<'_>) -> Option<Left> {
        let Some(waker) = self.places.waker(ticket) else {
            return Some(self.leave(ticket));
        };
        if !waker.will_wake(cx.waker()) {
            self._discarded = Some(std::mem::replace(waker, cx.waker().clone()));
        }
        None
    }

    fn leave(&mut self, ticket: Ticket) -> Left {
        let (left, waker) = self.shared.leave(&mut self.places, ticket);
        self._discarded = waker;
        self.settle();
        left
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "waiters:{}", self.places.len())
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
