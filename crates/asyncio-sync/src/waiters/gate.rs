//! [`Gate`]: what one waits for, and [`Passage`]: one who waits for it.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncio_tasks::{CancelledError, Suspension};

use super::places::Shared;
use super::{Left, Line, Ticket, Waiters};

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

    /// One who had the turn goes through. The line is not locked.
    fn pass(&self);

    /// One leaves without going through, with the turn or without: its task was cancelled, or it was dropped.
    fn give_up(&self, line: &mut Line<'_>, left: Left);
}

/// Passes if that needs no waiting, as one who comes now: whoever is passed over does not count.
#[inline]
pub(crate) fn try_now(gate: &impl Gate) -> bool {
    let in_line = || gate.try_pass_line(&mut gate.waiters().lock());
    gate.try_pass() || !gate.waiters().is_empty() && in_line()
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

            #[inline]
            fn pass(&self) {
                (**self).pass();
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
    InLine(Ticket),
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

    #[inline(never)]
    #[track_caller]
    fn enter(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        let waiters = self.gate.waiters();
        let waker = cx.waker().clone();
        let mut line = waiters.lock();
        line.announce();
        if self.gate.try_pass_line(&mut line) {
            line.settle();
            self.state = WaitState::Done;
            return Poll::Ready(Ok(()));
        }
        let ticket = line.places.join(waker);
        let shared = line.shared;
        drop(line);
        self.state = WaitState::InLine(ticket);
        self.suspension.suspend_in(shared, ticket.short(), cx);
        Poll::Pending
    }

    #[inline]
    #[track_caller]
    fn look(&mut self, ticket: Ticket, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        let requested = self.suspension.resume();
        let has_turn = |shared: &Arc<Shared>| shared.has_turn(ticket);
        if requested.is_err() || !self.gate.waiters().shared.get().is_some_and(has_turn) {
            return self.look_closely(ticket, requested, cx);
        }
        self.state = WaitState::Done;
        self.gate.pass();
        Poll::Ready(Ok(()))
    }

    #[cold]
    #[track_caller]
    fn look_closely(
        &mut self,
        ticket: Ticket,
        requested: Result<(), CancelledError>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CancelledError>> {
        let mut line = self.gate.waiters().lock();
        let left = match requested {
            Ok(()) => line.poll(ticket, cx),
            Err(_) => Some(line.leave(ticket)),
        };
        let Some(left) = left else {
            let shared = line.shared;
            drop(line);
            self.suspension.suspend_in(shared, ticket.short(), cx);
            return Poll::Pending;
        };
        self.state = WaitState::Done;
        if requested.is_ok() && left == Left::WithTurn {
            drop(line);
            self.gate.pass();
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
