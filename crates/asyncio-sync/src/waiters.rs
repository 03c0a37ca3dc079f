//! [`Waiters`]: the wait queue under every lock and queue. Mirrors the `_waiters` of `asyncio.locks`.
//!
//! Order, wakers and who was woken are kept by an [`event_listener::Event`]. Beside it stands what asyncio needs to know:
//! how many wait, and whose task has been asked to cancel. For authors of primitives of their own.
//!
//! - The first in line is woken first; whoever is woken has the turn until it is polled, gives up or is dropped.
//! - One mutex guards a line, and what a primitive decides about it. Without anyone in line nobody takes it, and nothing is
//!   allocated before the first one waits.
//! - A waiter whose task is asked to cancel is passed over from that moment on, as in asyncio, although its task sees the
//!   request only when it is stepped. Tasks of other executors leave when they are dropped.
// DIFFERENCE (LOOP-25): a primitive is bound to no loop. It is shared between threads, loops and other executors.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, PoisonError};
use std::task::{Context, Poll};

use asyncio_tasks::{CancelledError, Suspension, WaitLine};
use event_listener::{Event, EventListener, IntoNotification, Listener};
use slab::Slab;

use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Mutex, MutexGuard};

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

/// A locked line. Nothing enters, leaves or is woken but through it.
pub struct Line<'a> {
    waiters: &'a Waiters,
    shared: &'a Arc<Shared>,
    places: MutexGuard<'a, Places>,
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
        if n > 0 {
            self.places.unwoken -= n;
            // Nobody listens without holding the mutex, so no fence is needed.
            self.places.event.notify(n.additional().relaxed());
        }
        n
    }

    fn join(&mut self, cx: &mut Context<'_>) -> u64 {
        let mut listener = self.places.event.listen();
        // A new listener has not been notified.
        let _pending = Pin::new(&mut listener).poll(cx);
        self.places.unwoken += 1;
        let order = self.places.next_order;
        self.places.next_order += 1;
        let place = Place::Waiting(listener);
        let index = self.places.entries.insert(Entry { order, place });
        ticket(order, index)
    }

    /// Looks whether it is the turn of `ticket`, which leaves the line if so.
    fn poll(&mut self, ticket: u64, cx: &mut Context<'_>) -> Option<Left> {
        let entry = self.places.entries.get_mut(index(ticket))?;
        if let Place::Waiting(listener) = &mut entry.place {
            if Pin::new(listener).poll(cx).is_pending() {
                return None;
            }
            entry.place = Place::Woken;
        }
        Some(self.leave(ticket))
    }

    fn leave(&mut self, ticket: u64) -> Left {
        let entry = self.places.entries.remove(index(ticket));
        self.waiters.disengage();
        match entry.place {
            Place::Waiting(listener) => {
                let woken = listener.discard();
                self.places.unwoken -= usize::from(!woken);
                if woken { Left::WithTurn } else { Left::Waiting }
            }
            Place::Woken => Left::WithTurn,
            Place::PassedOver => {
                self.places.passed_over -= 1;
                Left::PassedOver
            }
        }
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.waiters.fmt(f)
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

/// What one waits for.
///
/// `try_pass` takes no lock. It is correct if the one who opens the gate first opens it and then looks at
/// [`Waiters::is_empty`]: a newcomer does it the other way round, it enters the line and then tries to pass again.
pub trait Gate {
    /// What a report says that the waiting task awaits: `Lock.acquire`.
    fn name(&self) -> &'static &'static str;

    /// The line before the gate.
    fn waiters(&self) -> &Waiters;

    /// Passes at once, if it is open and nobody has to be let through before.
    fn try_pass(&self) -> bool;

    /// The same for a newcomer who is about to stand in the line.
    fn try_pass_line(&self, line: &mut Line<'_>) -> bool;

    /// One who had the turn goes through.
    fn pass(&self, line: &mut Line<'_>);

    /// One leaves without going through: its task was cancelled, or it was dropped.
    fn give_up(&self, line: &mut Line<'_>, left: Left);
}

macro_rules! gate_behind {
    ($($Pointer:ty),*) => {$(
        impl<G: Gate + ?Sized> Gate for $Pointer {
            #[inline]
            fn name(&self) -> &'static &'static str {
                (**self).name()
            }

            #[inline]
            fn waiters(&self) -> &Waiters {
                (**self).waiters()
            }

            #[inline]
            fn try_pass(&self) -> bool {
                (**self).try_pass()
            }

            fn try_pass_line(&self, line: &mut Line<'_>) -> bool {
                (**self).try_pass_line(line)
            }

            fn pass(&self, line: &mut Line<'_>) {
                (**self).pass(line);
            }

            fn give_up(&self, line: &mut Line<'_>, left: Left) {
                (**self).give_up(line, left);
            }
        }
    )*};
}

gate_behind!(&G, Arc<G>);

/// One who wants to pass a gate: a future without a waker of its own, for the futures of primitives.
///
/// Dropping it gives up its place, and passes the turn on if it had it.
pub struct Passage<G: Gate> {
    gate: G,
    state: WaitState,
    suspension: Suspension,
}

enum WaitState {
    /// Not polled yet.
    Start,
    /// In line, with this ticket.
    InLine(u64),
    /// Through, or given up.
    Done,
}

impl<G: Gate> Passage<G> {
    /// One who has not tried yet.
    pub fn new(gate: G) -> Self {
        Passage {
            suspension: Suspension::of(gate.name()),
            gate,
            state: WaitState::Start,
        }
    }

    /// Where it leads.
    pub fn gate(&self) -> &G {
        &self.gate
    }

    /// Goes through, or stands in line and suspends.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it had suspended and the task was asked to cancel, even if it has the turn by then.
    ///
    /// # Panics
    ///
    /// After it has ended.
    #[inline]
    #[track_caller]
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        match self.state {
            WaitState::Start if self.gate.try_pass() => {
                self.state = WaitState::Done;
                Poll::Ready(Ok(()))
            }
            WaitState::Start => self.enter(cx),
            WaitState::InLine(ticket) => self.look(ticket, cx),
            WaitState::Done => panic!("polled after it had ended"),
        }
    }

    /// Gives up, as dropping does, and says how it stood.
    pub fn give_up(&mut self) -> Option<Left> {
        let state = std::mem::replace(&mut self.state, WaitState::Done);
        let WaitState::InLine(ticket) = state else {
            return None;
        };
        let mut line = self.gate.waiters().lock();
        let left = line.leave(ticket);
        self.gate.give_up(&mut line, left);
        Some(left)
    }

    #[cold]
    #[track_caller]
    fn enter(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        let waiters = self.gate.waiters();
        let mut line = waiters.lock();
        waiters.engaged.fetch_add(1, Ordering::SeqCst);
        if self.gate.try_pass_line(&mut line) {
            waiters.disengage();
            self.state = WaitState::Done;
            return Poll::Ready(Ok(()));
        }
        let ticket = line.join(cx);
        self.state = WaitState::InLine(ticket);
        self.suspension.suspend_in(line.shared.clone(), ticket, cx);
        Poll::Pending
    }

    #[track_caller]
    fn look(&mut self, ticket: u64, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        let requested = self.suspension.resume();
        let mut line = self.gate.waiters().lock();
        let left = match requested {
            Ok(()) => line.poll(ticket, cx),
            Err(_) => Some(line.leave(ticket)),
        };
        let Some(left) = left else {
            self.suspension.suspend_in(line.shared.clone(), ticket, cx);
            return Poll::Pending;
        };
        self.state = WaitState::Done;
        if requested.is_ok() && left == Left::WithTurn {
            self.gate.pass(&mut line);
            return Poll::Ready(Ok(()));
        }
        self.gate.give_up(&mut line, left);
        // One who is passed over cannot wait on, even if `uncancel` has withdrawn the request since.
        Poll::Ready(requested.and(Err(CancelledError::new())))
    }
}

impl<G: Gate> Drop for Passage<G> {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.state, WaitState::InLine(_)) {
            self.give_up();
        }
    }
}

impl<G: Gate> fmt::Debug for Passage<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            WaitState::Start => "not started",
            WaitState::InLine(_) => "waiting",
            WaitState::Done => "done",
        })
    }
}

/// What the tasks that wait refer to as well, so that cancelling one can reach its place.
#[derive(Default)]
struct Shared(Mutex<Places>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing panics half-way but a foreign waker, after the line is in order.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WaitLine for Shared {
    fn cancelled(&self, ticket: u64) {
        self.lock().pass_over(ticket);
    }
}

#[derive(Default)]
struct Places {
    /// The listeners of all who wait, in order.
    event: Event,
    entries: Slab<Entry>,
    unwoken: usize,
    passed_over: usize,
    next_order: u64,
}

struct Entry {
    order: u64,
    place: Place,
}

/// How one stands in line.
enum Place {
    /// With a listener, which knows whether it was notified.
    Waiting(EventListener),
    /// Has the turn, and its listener is gone: its task was asked to cancel after it had been woken.
    Woken,
    /// Its task was asked to cancel before it was woken.
    PassedOver,
}

impl Places {
    fn pass_over(&mut self, ticket: u64) {
        let entry = self.entries.get_mut(index(ticket));
        let Some(entry) = entry.filter(|entry| self::ticket(entry.order, index(ticket)) == ticket)
        else {
            return;
        };
        match std::mem::replace(&mut entry.place, Place::Woken) {
            Place::Waiting(listener) => {
                if !listener.discard() {
                    entry.place = Place::PassedOver;
                    self.unwoken -= 1;
                    self.passed_over += 1;
                }
            }
            other => entry.place = other,
        }
    }

    #[cold]
    fn is_head_passed_over(&self) -> bool {
        let entries = self.entries.iter().map(|(_, entry)| entry);
        let head = entries.min_by_key(|entry| entry.order);
        head.is_some_and(|head| matches!(head.place, Place::PassedOver))
    }
}

/// The index of an entry and the end of its number: a late request must not hit the next one at the same index.
fn ticket(order: u64, index: usize) -> u64 {
    order << 32 | index as u64
}

fn index(ticket: u64) -> usize {
    (ticket & u64::from(u32::MAX)) as usize
}
