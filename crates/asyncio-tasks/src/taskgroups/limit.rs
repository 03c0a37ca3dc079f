//! [`Limit`]: how many tasks of a group run at once, and whose turn is next.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio_executor::CancelledError;

use crate::suspension::Suspension;

/// The places of a group, and the queue for them.
pub(super) struct Limit {
    free: Cell<usize>,
    /// Those that have no place, first come first. Some may have gone.
    queue: RefCell<VecDeque<Rc<Ticket>>>,
}

struct Ticket {
    standing: Cell<Standing>,
    waker: Cell<Option<Waker>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// In the queue.
    Waits,
    /// Has a place.
    Placed,
    /// Has given it back, or does not want one any more.
    Gone,
}

impl Limit {
    pub(super) fn new(places: usize) -> Rc<Self> {
        Rc::new(Limit {
            free: Cell::new(places),
            queue: RefCell::default(),
        })
    }

    /// A place, if there is one and nobody waits for it, or else the last one's turn.
    pub(super) fn turn(self: &Rc<Self>) -> Turn {
        let free = self.free.get();
        let standing = match free {
            0 => Standing::Waits,
            _ => Standing::Placed,
        };
        self.free.set(free.saturating_sub(1));
        let ticket = Rc::new(Ticket {
            standing: Cell::new(standing),
            waker: Cell::default(),
        });
        if standing == Standing::Waits {
            self.queue.borrow_mut().push_back(ticket.clone());
        }
        let limit = self.clone();
        Turn {
            claim: Rc::new(Claim { limit, ticket }),
            waiting: Some(Suspension::of(&"TaskGroup.limit")),
        }
    }

    /// A place is free: it goes to the next one in the queue.
    fn give_on(&self) {
        let waker = loop {
            let next = self.queue.borrow_mut().pop_front();
            let Some(next) = next else {
                self.free.set(self.free.get() + 1);
                return;
            };
            if next.standing.get() == Standing::Waits {
                next.standing.set(Standing::Placed);
                break next.waker.take();
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The wait for a place.
pub(super) struct Turn {
    claim: Rc<Claim>,
    /// `None` when the place is there.
    waiting: Option<Suspension>,
}

impl Turn {
    pub(super) fn claim(&self) -> Rc<Claim> {
        self.claim.clone()
    }

    /// Waits for the place. Ready from then on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        let Some(suspension) = &mut self.waiting else {
            return Poll::Ready(Ok(()));
        };
        suspension.resume()?;
        let ticket = &self.claim.ticket;
        if ticket.standing.get() == Standing::Placed {
            self.waiting = None;
            return Poll::Ready(Ok(()));
        }
        let kept = ticket.waker.take();
        let kept = kept.filter(|kept| kept.will_wake(cx.waker()));
        let waker = kept.unwrap_or_else(|| cx.waker().clone());
        ticket.waker.set(Some(waker));
        suspension.suspend();
        Poll::Pending
    }
}

/// A place in a group, or the right to the next one that is free. Dropped, the place goes to the next in the queue.
pub(super) struct Claim {
    limit: Rc<Limit>,
    ticket: Rc<Ticket>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        drop(self.ticket.waker.take());
        if self.ticket.standing.replace(Standing::Gone) == Standing::Placed {
            self.limit.give_on();
        }
    }
}
