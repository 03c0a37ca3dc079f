//! [`Places`]: who stands where in a line.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Wake, Waker};

use asyncio_tasks::WaitLine;
use event_listener::{Event, EventListener, IntoNotification, Listener};
use slab::Slab;

use super::Left;
use crate::sync::{Mutex, MutexGuard};

/// What the tasks that wait refer to as well, so that cancelling one can reach its place.
#[derive(Default)]
pub(super) struct Shared(Mutex<Places>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WaitLine for Shared {
    fn cancelled(&self, ticket: u64, waker: &Waker) {
        self.lock().pass_over(ticket, waker);
    }
}

#[derive(Default)]
pub(super) struct Places {
    /// The listeners of all who wait, in order.
    event: Event,
    pub(super) entries: Slab<Entry>,
    /// One for each entry that there ever was. The event wakes these instead of the tasks.
    bells: Vec<Waker>,
    rung: Arc<Rung>,
    pub(super) unwoken: usize,
    pub(super) passed_over: usize,
    next_order: u64,
}

pub(super) struct Entry {
    order: u64,
    pub(super) place: Place,
}

/// How one stands in line.
pub(super) enum Place {
    /// With a listener, and a waker to tell it of the turn.
    Waiting(EventListener, Waker),
    /// Has the turn.
    Woken,
    /// Its task was asked to cancel before it was woken.
    PassedOver(Waker),
}

/// Whose bell has rung last. Only used with the line locked.
#[derive(Default)]
struct Rung(AtomicUsize);

/// The waker of an entry.
struct Bell {
    index: usize,
    rung: Arc<Rung>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.0.store(self.index, Ordering::Relaxed);
    }
}

impl Places {
    pub(super) fn join(&mut self, waker: Waker) -> u64 {
        let index = self.entries.vacant_key();
        if index == self.bells.len() {
            let rung = self.rung.clone();
            self.bells.push(Arc::new(Bell { index, rung }).into());
        }
        let mut listener = self.event.listen();
        // A new listener has not been notified.
        let mut bell = Context::from_waker(&self.bells[index]);
        let _pending = Pin::new(&mut listener).poll(&mut bell);
        let order = self.next_order;
        let place = Place::Waiting(listener, waker);
        self.entries.insert(Entry { order, place });
        self.unwoken += 1;
        self.next_order += 1;
        ticket(order, index)
    }

    /// Somebody waits un-woken: gives the turn to whose bell the event rings.
    pub(super) fn wake_next(&mut self) -> Waker {
        // Nobody listens without holding the mutex, so no fence is needed.
        self.event.notify(1.additional().relaxed());
        self.unwoken -= 1;
        let index = self.rung.0.load(Ordering::Relaxed);
        let place = &mut self.entries[index].place;
        match std::mem::replace(place, Place::Woken) {
            Place::Waiting(listener, waker) => {
                // Dropped, it would notify the next one.
                listener.discard();
                waker
            }
            Place::Woken | Place::PassedOver(_) => unreachable!("it has no listener"),
        }
    }

    /// How it left, and the waker that it does not need any more.
    pub(super) fn leave(&mut self, ticket: u64) -> (Left, Option<Waker>) {
        match self.entries.remove(index(ticket)).place {
            Place::Waiting(_, waker) => {
                self.unwoken -= 1;
                (Left::Waiting, Some(waker))
            }
            Place::Woken => (Left::WithTurn, None),
            Place::PassedOver(waker) => {
                self.passed_over -= 1;
                (Left::PassedOver, Some(waker))
            }
        }
    }

    fn pass_over(&mut self, ticket: u64, task: &Waker) {
        let entry = self.entries.get_mut(index(ticket));
        let Some(entry) = entry.filter(|entry| self::ticket(entry.order, index(ticket)) == ticket)
        else {
            return;
        };
        match std::mem::replace(&mut entry.place, Place::Woken) {
            Place::Waiting(_, waker) if waker.data() == task.data() => {
                entry.place = Place::PassedOver(waker);
                self.unwoken -= 1;
                self.passed_over += 1;
            }
            other => entry.place = other,
        }
    }

    #[cold]
    pub(super) fn is_head_passed_over(&self) -> bool {
        let entries = self.entries.iter().map(|(_, entry)| entry);
        let head = entries.min_by_key(|entry| entry.order);
        head.is_some_and(|head| matches!(head.place, Place::PassedOver(_)))
    }
}

/// The index of an entry and the end of its number: a late request must not hit the next one at the same index.
fn ticket(order: u64, index: usize) -> u64 {
    order << 32 | index as u64
}

pub(super) fn index(ticket: u64) -> usize {
    (ticket & u64::from(u32::MAX)) as usize
}
