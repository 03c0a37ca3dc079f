//! [`Places`]: who stands where in a line.

use std::mem;
use std::sync::PoisonError;
use std::task::Waker;

use asyncio_tasks::WaitLine;

use super::Left;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// What the tasks that wait refer to as well, so that cancelling one can reach its place.
#[derive(Default)]
pub(super) struct Shared {
    places: Mutex<Places>,
    /// Who came before this number and waits has been given the turn, unless it is passed over. Grows with the line locked.
    turns: AtomicU64,
    /// Whether anybody is passed over and has not left. Changed with the line locked.
    has_passed_over: AtomicBool,
}

impl Shared {
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, Places> {
        // Nothing panics half-way.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Without the lock: whether it certainly is the turn of `ticket`.
    #[inline]
    pub(super) fn has_turn(&self, ticket: Ticket) -> bool {
        // Whoever sees the turn of one who came later sees as well that this one was passed over before.
        ticket.number < self.turns.load(Ordering::Acquire)
            && !self.has_passed_over.load(Ordering::Relaxed)
    }

    /// Gives the turn to the first who waits: its waker.
    pub(super) fn wake_next(&self, places: &mut Places) -> Option<Waker> {
        let (number, waker) = places.take_next()?;
        self.turns.store(number + 1, Ordering::Release);
        Some(waker)
    }

    /// How it left, and the waker that it does not need any more.
    pub(super) fn leave(&self, places: &mut Places, ticket: Ticket) -> (Left, Option<Waker>) {
        let left = places.leave(ticket);
        if left.0 == Left::PassedOver {
            self.note_passed_over(places);
        }
        left
    }

    fn note_passed_over(&self, places: &Places) {
        let is_any = places.passed_over > 0;
        self.has_passed_over.store(is_any, Ordering::Relaxed);
    }
}

impl WaitLine for Shared {
    fn cancelled(&self, ticket: u64, waker: &Waker) {
        let mut places = self.lock();
        places.pass_over(ticket, waker);
        self.note_passed_over(&places);
    }
}

/// A ring of those in line, in the order in which they came, and the places that nobody has at the moment.
///
/// A place is found by its index, so whoever leaves is gone at once wherever it stood, and memory is kept for as many as ever
/// stood there at the same time. Who is given the turn leaves the ring.
pub(super) struct Places {
    /// The first entry is nobody's: it closes the ring.
    entries: Vec<Entry>,
    /// The last one that was vacated, the beginning of a chain; [`END`] if there is none.
    vacant: usize,
    /// The first who waits and is not passed over; [`END`] if nobody does.
    next: usize,
    pub(super) waiting: usize,
    pub(super) passed_over: usize,
    /// That of the next one who comes.
    number: u64,
}

struct Entry {
    number: u64,
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
    /// Its task was asked to cancel before it was woken.
    PassedOver(Waker),
}

/// Where one stands, and when it came. No two have the same number.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    number: u64,
    index: usize,
}

impl Ticket {
    /// For a task to keep: as good as unique, and who it names is looked at as well.
    pub(super) fn short(self) -> u64 {
        self.number << 32 | self.index as u64
    }
}

impl Default for Places {
    fn default() -> Self {
        let mut entries = Vec::with_capacity(4);
        entries.push(Entry::VACANT);
        Places {
            entries,
            vacant: END,
            next: END,
            waiting: 0,
            passed_over: 0,
            number: 0,
        }
    }
}

impl Places {
    /// Gives the last place in line.
    pub(super) fn join(&mut self, waker: Waker) -> Ticket {
        let number = self.number;
        self.number += 1;
        let index = self.take_vacant();
        let last = mem::replace(&mut self.entries[END].before, index);
        self.entries[last].after = index;
        let entry = &mut self.entries[index];
        entry.number = number;
        entry.before = last;
        entry.after = END;
        entry.place = Place::Waiting(waker);
        if self.next == END {
            self.next = index;
        }
        self.waiting += 1;
        Ticket { number, index }
    }

    /// How many are in line.
    pub(super) fn len(&self) -> usize {
        self.waiting + self.passed_over
    }

    /// The waker of one who waits and is not passed over; `None` of one who has the turn.
    pub(super) fn waker(&mut self, ticket: Ticket) -> Option<&mut Waker> {
        let entry = &mut self.entries[ticket.index];
        match &mut entry.place {
            Place::Waiting(waker) if entry.number == ticket.number => Some(waker),
            _ => None,
        }
    }

    /// The first in line is passed over, and has not left yet.
    #[cold]
    pub(super) fn is_head_passed_over(&self) -> bool {
        let head = self.entries[END].after;
        matches!(self.entries[head].place, Place::PassedOver(_))
    }

    /// Takes the first who waits out of the line: its number and its waker.
    fn take_next(&mut self) -> Option<(u64, Waker)> {
        let index = self.next;
        let entry = &mut self.entries[index];
        let number = entry.number;
        match mem::replace(&mut entry.place, Place::Vacant) {
            Place::Waiting(waker) => {
                self.no_longer_waits(index);
                self.vacate(index);
                Some((number, waker))
            }
            _ => None,
        }
    }

    fn leave(&mut self, ticket: Ticket) -> (Left, Option<Waker>) {
        let index = ticket.index;
        if self.entries[index].number != ticket.number {
            return (Left::WithTurn, None);
        }
        match mem::replace(&mut self.entries[index].place, Place::Vacant) {
            Place::Vacant => (Left::WithTurn, None),
            Place::Waiting(waker) => {
                self.no_longer_waits(index);
                self.vacate(index);
                (Left::Waiting, Some(waker))
            }
            Place::PassedOver(waker) => {
                self.passed_over -= 1;
                self.vacate(index);
                (Left::PassedOver, Some(waker))
            }
        }
    }

    fn pass_over(&mut self, short_ticket: u64, task: &Waker) {
        let index = (short_ticket & u64::from(u32::MAX)) as usize;
        let Some(entry) = self.entries.get_mut(index) else {
            return;
        };
        let number = entry.number;
        let is_meant = |waker: &Waker| {
            waker.data() == task.data() && Ticket { number, index }.short() == short_ticket
        };
        match mem::replace(&mut entry.place, Place::Vacant) {
            Place::Waiting(waker) if is_meant(&waker) => {
                entry.place = Place::PassedOver(waker);
                self.passed_over += 1;
                self.no_longer_waits(index);
            }
            other => entry.place = other,
        }
    }

    /// One in the ring who waited does so no more. If it was the first of them, the next one is.
    fn no_longer_waits(&mut self, index: usize) {
        self.waiting -= 1;
        if self.next != index {
            return;
        }
        let mut next = self.entries[index].after;
        while matches!(self.entries[next].place, Place::PassedOver(_)) {
            next = self.entries[next].after;
        }
        self.next = next;
    }

    #[inline]
    fn take_vacant(&mut self) -> usize {
        let index = self.vacant;
        if index == END {
            self.entries.push(Entry::VACANT);
            return self.entries.len() - 1;
        }
        self.vacant = self.entries[index].after;
        index
    }

    fn vacate(&mut self, index: usize) {
        let after = mem::replace(&mut self.entries[index].after, self.vacant);
        let before = self.entries[index].before;
        self.entries[before].after = after;
        self.entries[after].before = before;
        self.vacant = index;
    }
}

impl Entry {
    const VACANT: Self = Entry {
        number: 0,
        before: END,
        after: END,
        place: Place::Vacant,
    };
}

/// The index of the entry that closes the ring.
const END: usize = 0;
