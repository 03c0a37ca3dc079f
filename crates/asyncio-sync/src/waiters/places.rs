//! [`Places`]: who stands where in a line.

use std::mem;
use std::sync::PoisonError;
use std::task::Waker;

use asyncio_tasks::WaitLine;

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

/// A ring of those in line, in the order in which they came, and the places that nobody has at the moment.
///
/// A place is found by its index, so whoever leaves is gone at once wherever it stood, and memory is kept for as many as ever
/// stood there at the same time.
pub(super) struct Places {
    /// The first entry is nobody's: it closes the ring.
    entries: Vec<Entry>,
    /// The last one that was vacated, the beginning of a chain; [`END`] if there is none.
    vacant: usize,
    /// The first who waits and has not been woken; [`END`] if nobody does.
    next: usize,
    /// How many are in the ring.
    len: usize,
    pub(super) unwoken: usize,
    pub(super) passed_over: usize,
    /// The number of the next one who comes.
    stamp: u32,
}

struct Entry {
    stamp: u32,
    before: usize,
    after: usize,
    place: Place,
}

/// How one stands in line.
enum Place {
    /// Nobody stands here.
    Vacant,
    /// With a waker to tell it of the turn.
    Waiting(Waker),
    /// Has the turn.
    Woken,
    /// Its task was asked to cancel before it was woken.
    PassedOver(Waker),
}

impl Default for Places {
    fn default() -> Self {
        let mut entries = Vec::with_capacity(4);
        entries.push(Entry::new(0, Place::Vacant));
        Places {
            entries,
            vacant: END,
            next: END,
            len: 0,
            unwoken: 0,
            passed_over: 0,
            stamp: 0,
        }
    }
}

impl Places {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Gives the last place in line.
    pub(super) fn join(&mut self, waker: Waker) -> u64 {
        let stamp = self.stamp;
        self.stamp = stamp.wrapping_add(1);
        let index = self.take_vacant(Entry::new(stamp, Place::Waiting(waker)));
        let last = mem::replace(&mut self.entries[END].before, index);
        self.entries[last].after = index;
        self.entries[index].before = last;
        if self.next == END {
            self.next = index;
        }
        self.len += 1;
        self.unwoken += 1;
        ticket(stamp, index)
    }

    /// Gives the turn to the first who waits un-woken: its waker.
    pub(super) fn wake_next(&mut self) -> Option<Waker> {
        let place = &mut self.entries[self.next].place;
        if !matches!(place, Place::Waiting(_)) {
            return None;
        }
        let Place::Waiting(waker) = mem::replace(place, Place::Woken) else {
            return None;
        };
        self.no_longer_waits(self.next);
        Some(waker)
    }

    /// The waker of one who waits un-woken.
    pub(super) fn waiting(&mut self, ticket: u64) -> Option<&mut Waker> {
        match &mut self.entries[index(ticket)].place {
            Place::Waiting(waker) => Some(waker),
            _ => None,
        }
    }

    /// How it left, and the waker that it does not need any more.
    pub(super) fn leave(&mut self, ticket: u64) -> (Left, Option<Waker>) {
        let index = index(ticket);
        let place = mem::replace(&mut self.entries[index].place, Place::Vacant);
        let left = match place {
            Place::Waiting(waker) => {
                self.no_longer_waits(index);
                (Left::Waiting, Some(waker))
            }
            Place::PassedOver(waker) => {
                self.passed_over -= 1;
                (Left::PassedOver, Some(waker))
            }
            Place::Woken => (Left::WithTurn, None),
            Place::Vacant => unreachable!("a ticket is given back once"),
        };
        self.vacate(index);
        left
    }

    /// The first in line was passed over, and has not left yet.
    #[cold]
    pub(super) fn is_head_passed_over(&self) -> bool {
        let head = self.entries[END].after;
        matches!(self.entries[head].place, Place::PassedOver(_))
    }

    fn pass_over(&mut self, ticket: u64, task: &Waker) {
        let index = index(ticket);
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let is_own = |waker: &Waker| waker.data() == task.data();
        if entry.stamp != stamp(ticket)
            || !matches!(&entry.place, Place::Waiting(waker) if is_own(waker))
        {
            return;
        }
        if let Place::Waiting(waker) = mem::replace(&mut entry.place, Place::Vacant) {
            entry.place = Place::PassedOver(waker);
            self.passed_over += 1;
            self.no_longer_waits(index);
        }
    }

    /// One who waited does so no more. If it was the first of them, the next one is.
    fn no_longer_waits(&mut self, index: usize) {
        self.unwoken -= 1;
        if self.next != index {
            return;
        }
        let mut next = self.entries[index].after;
        while matches!(self.entries[next].place, Place::PassedOver(_)) {
            next = self.entries[next].after;
        }
        self.next = next;
    }

    fn take_vacant(&mut self, entry: Entry) -> usize {
        let index = self.vacant;
        if index == END {
            self.entries.push(entry);
            return self.entries.len() - 1;
        }
        let vacant = mem::replace(&mut self.entries[index], entry);
        self.vacant = vacant.after;
        index
    }

    fn vacate(&mut self, index: usize) {
        let after = mem::replace(&mut self.entries[index].after, self.vacant);
        let before = self.entries[index].before;
        self.entries[before].after = after;
        self.entries[after].before = before;
        self.vacant = index;
        self.len -= 1;
    }
}

impl Entry {
    fn new(stamp: u32, place: Place) -> Self {
        Entry {
            stamp,
            before: END,
            after: END,
            place,
        }
    }
}

/// The index of the entry that closes the ring.
const END: usize = 0;

/// An index and the number of whoever stands there: a late request must not hit the next one at the same index.
fn ticket(stamp: u32, index: usize) -> u64 {
    u64::from(stamp) << 32 | index as u64
}

fn stamp(ticket: u64) -> u32 {
    (ticket >> 32) as u32
}

fn index(ticket: u64) -> usize {
    (ticket & u64::from(u32::MAX)) as usize
}
