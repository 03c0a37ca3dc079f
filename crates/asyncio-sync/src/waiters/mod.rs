//! [`Waiters`]: the wait queue under every lock and queue. Mirrors the `_waiters` of `asyncio.locks`.
//!
//! A line keeps the wakers of those who wait in the order in which they came, and what asyncio needs to know beside it: who has
//! the turn, and whose task has been asked to cancel. For authors of primitives of their own.
//!
//! - The first in line is woken first; whoever is woken has the turn until it is polled, gives up or is dropped.
//! - One mutex guards a line, and what a primitive decides about it. Without anyone in line nobody takes it. Whoever waits takes it
//!   twice, to enter and to leave, and whoever wakes it once.
//! - Nothing is allocated before the first one waits, and then only when more wait than ever before.
//! - A waiter whose task is asked to cancel is passed over from that moment on, as in asyncio, although its task sees the
//!   request only when it is stepped. Tasks of other executors leave when they are dropped.
//! - Wakers are code of the program: they run, and are dropped, when the line is unlocked. They may poll or drop who waits.
// DIFFERENCE (LOOP-25): a primitive is bound to no loop. It is shared between threads, loops and other executors.

mod gate;
mod places;
mod woken;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Waker};

use crate::sync::MutexGuard;
use crate::sync::atomic::{AtomicU8, Ordering};

pub(crate) use gate::try_now;
pub use gate::{Gate, Passage};
use places::{Places, Shared};
pub use woken::Woken;

/// Who waits, in order.
pub struct Waiters {
    /// [`EMPTY`], [`WOKEN`] or [`WAITING`]: what can be known of the line without locking it. Changed with the line locked.
    state: AtomicU8,
    /// Made for the first one who waits.
    shared: OnceLock<Arc<Shared>>,
}

/// Nobody is in line.
const EMPTY: u8 = 0;
/// Whoever is in line has been woken or passed over.
const WOKEN: u8 = 1;
/// Somebody in line is to be woken.
const WAITING: u8 = 2;

impl Waiters {
    /// Nobody waits.
    pub const fn new() -> Self {
        Waiters {
            state: AtomicU8::new(EMPTY),
            shared: OnceLock::new(),
        }
    }

    /// Whether nobody is in line: one load. [`Gate`] says how to use it.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.state.load(Ordering::SeqCst) == EMPTY
    }

    /// Whether nobody is in line who has not been woken: one load. Whoever opens a gate may look at this instead of
    /// [`is_empty`](Waiters::is_empty) if the woken do not matter to it.
    #[inline]
    pub fn all_woken(&self) -> bool {
        self.state.load(Ordering::SeqCst) != WAITING
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
        let len = self.shared.get().map_or(0, |shared| shared.lock().len());
        write!(f, "waiters:{len}")
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
        self.places.len() - self.places.passed_over
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
        let mut count = 0;
        while count < n
            && let Some(waker) = self.places.wake_next()
        {
            self.woken.add(waker);
            count += 1;
        }
        self.settle();
        count
    }

    /// Unlocks the line. Those who were woken are told when the result is dropped: for whoever has locked more.
    pub fn unlock(self) -> Woken {
        self.woken
    }

    /// Before a newcomer looks at the gate for the last time: from now on whoever opens it sees that somebody waits.
    fn announce(&self) {
        let state = &self.waiters.state;
        // Who finds it said comes after the one who has said it, whom the same look finds.
        if state.load(Ordering::SeqCst) != WAITING {
            state.store(WAITING, Ordering::SeqCst);
        }
    }

    /// After somebody was woken or left. Who does not see it in time only takes the slow path in vain.
    fn settle(&self) {
        let state = match (self.places.unwoken, self.places.len()) {
            (0, 0) => EMPTY,
            (0, _) => WOKEN,
            _ => WAITING,
        };
        if self.waiters.state.load(Ordering::Relaxed) != state {
            self.waiters.state.store(state, Ordering::Release);
        }
    }

    /// Looks whether it is the turn of `ticket`, which leaves the line if so.
    fn poll(&mut self, ticket: u64, cx: &mut Context<'_>) -> Option<Left> {
        let Some(waker) = self.places.waiting(ticket) else {
            return Some(self.leave(ticket));
        };
        if !waker.will_wake(cx.waker()) {
            self._discarded = Some(std::mem::replace(waker, cx.waker().clone()));
        }
        None
    }

    fn leave(&mut self, ticket: u64) -> Left {
        let (left, waker) = self.places.leave(ticket);
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
