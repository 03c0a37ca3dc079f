//! The loop's timers: a heap of deadlines, and beside it what is to happen then.
//!
//! Mirrors `BaseEventLoop._scheduled`. A timer that was cancelled leaves when it reaches the head of the heap, or with all
//! others when they are many (LOOP-08); a [`Timer`] at once if that is cheap. Equal deadlines fire in insertion order.

mod heap;
mod timer;

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;
use std::task::Waker;

use crate::base_events::Entry;
use crate::crowd::Crowd;
use crate::events::Handle;
use heap::{Deadline, Heap};
pub(crate) use timer::ringing;
pub use timer::{Alarm, Timer};

/// The timers of a loop. No code of the program runs inside.
#[derive(Default)]
pub(crate) struct Timers {
    state: RefCell<State>,
    /// How many in the heap are cancelled. Whoever cancels a [`Handle`] counts it.
    cancelled: Cell<usize>,
}

#[derive(Default)]
struct State {
    heap: Heap,
    /// What the heap, the ready queue and the owners of timers name by number.
    slots: Crowd<Slot>,
}

struct Slot {
    what: What,
    place: Place,
}

/// What happens when the time has come.
pub(crate) enum What {
    /// A callback runs, if it was not cancelled.
    Call(Handle),
    /// A task is woken.
    Wake(Waker),
    /// An alarm rings.
    Ring(Rc<dyn Alarm>),
    /// Nothing: it was cancelled, or has happened.
    Nothing,
}

/// Where a timer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the heap.
    Ahead,
    /// In the ready queue.
    Due,
    /// Its turn has come; its owner has it still.
    Over,
}

impl Timers {
    /// Adds a callback.
    pub(crate) fn push_call(&self, when: f64, handle: Handle) {
        self.push(when, What::Call(handle));
    }

    /// Somebody cancels a callback in the heap.
    pub(crate) fn count_cancelled(&self) {
        self.cancelled.set(self.cancelled.get() + 1);
    }

    /// Whether there is anything to [`purge`](Timers::purge), perhaps.
    #[inline]
    pub(crate) fn has_cancelled(&self) -> bool {
        self.cancelled.get() > 0
    }

    /// Removes cancelled timers where that is cheap or overdue. The caller drops them when it holds no borrow:
    /// a destructor may use the loop.
    #[must_use]
    pub(crate) fn purge(&self) -> Vec<Handle> {
        let mut removed = Vec::new();
        let State { heap, slots } = &mut *self.state.borrow_mut();
        let cancelled = self.cancelled.get() as f64;
        if heap.len() > MIN_SCHEDULED && cancelled / heap.len() as f64 > MAX_CANCELLED_FRACTION {
            heap.retain(|slot| !self.remove_cancelled(slots, slot, &mut removed));
        }
        while heap
            .first()
            .is_some_and(|first| self.remove_cancelled(slots, first.slot, &mut removed))
        {
            heap.pop();
        }
        removed
    }

    /// Removes what is in `slot` if it was cancelled; whether it was.
    fn remove_cancelled(&self, slots: &mut Crowd<Slot>, slot: u32, to: &mut Vec<Handle>) -> bool {
        let is_cancelled = match &slots[slot as usize].what {
            What::Call(handle) => handle.cancelled(),
            What::Wake(_) | What::Ring(_) => false,
            What::Nothing => true,
        };
        if is_cancelled {
            self.cancelled.set(self.cancelled.get() - 1);
            if let What::Call(handle) = slots.remove(slot as usize).what {
                to.push(handle);
            }
        }
        is_cancelled
    }

    /// The earliest deadline. Exact after [`purge`](Timers::purge), otherwise possibly a cancelled one's.
    #[inline]
    pub(crate) fn next(&self) -> Option<f64> {
        self.state.borrow().heap.first().map(|first| first.when)
    }

    /// Hands those that are due before `end` to `ready`.
    pub(crate) fn collect(&self, end: f64, mut ready: impl FnMut(Entry)) {
        let State { heap, slots } = &mut *self.state.borrow_mut();
        while let Some(first) = heap.first().filter(|first| first.when < end) {
            heap.pop();
            let slot = &mut slots[first.slot as usize];
            if matches!(slot.what, What::Wake(_) | What::Ring(_)) {
                slot.place = Place::Due;
                ready(Entry::Timer(first.slot.into()));
                continue;
            }
            match slots.remove(first.slot as usize).what {
                What::Call(handle) => {
                    let was_counted = handle.leave_timers();
                    self.uncount(was_counted);
                    ready(Entry::Call(handle));
                }
                _ => self.uncount(true),
            }
        }
    }

    fn uncount(&self, was_counted: bool) {
        self.cancelled
            .set(self.cancelled.get() - usize::from(was_counted));
    }

    /// The turn of a timer in the ready queue has come: what happens now.
    pub(crate) fn begin(&self, slot: u32) -> What {
        let slots = &mut self.state.borrow_mut().slots;
        let entry = &mut slots[slot as usize];
        entry.place = Place::Over;
        let what = mem::replace(&mut entry.what, What::Nothing);
        if matches!(what, What::Nothing) {
            // Its owner has left.
            slots.remove(slot as usize);
        }
        what
    }

    /// Gives back the memory of a crowd that is gone.
    pub(crate) fn shrink(&self) {
        let State { heap, slots } = &mut *self.state.borrow_mut();
        heap.shrink();
        slots.shrink();
    }

    /// Removes every timer.
    pub(crate) fn clear(&self) -> impl Iterator<Item = What> {
        let mut state = self.state.take();
        self.cancelled.set(0);
        mem::take(&mut *state.slots)
            .into_iter()
            .map(|(_, slot)| slot.what)
    }

    fn push(&self, when: f64, what: What) -> u32 {
        let State { heap, slots } = &mut *self.state.borrow_mut();
        let place = Place::Ahead;
        let slot = slots.insert(Slot { what, place });
        let slot = u32::try_from(slot).expect("fewer than 2^32 timers at a time");
        heap.push(Deadline { when, slot });
        slot
    }

    /// The owner of a timer leaves. Returns what will not happen any more, to be dropped outside of the borrow.
    fn release(&self, slot: u32) -> What {
        let State { heap, slots } = &mut *self.state.borrow_mut();
        // There is none if the loop was closed.
        let Some(entry) = slots.get_mut(slot as usize) else {
            return What::Nothing;
        };
        match entry.place {
            Place::Ahead if !heap.pop_if_last(slot) => {
                self.count_cancelled();
                mem::replace(&mut entry.what, What::Nothing)
            }
            Place::Due => mem::replace(&mut entry.what, What::Nothing),
            Place::Ahead | Place::Over => slots.remove(slot as usize).what,
        }
    }

    /// Whether the timer's turn has come. If not, it wakes `waker` from now on; returns whom it was to wake before.
    fn poll(&self, slot: u32, waker: &Waker) -> (bool, Option<Waker>) {
        match self.state.borrow().slots.get(slot as usize) {
            Some(Slot {
                what: What::Wake(old),
                ..
            }) if !old.will_wake(waker) => {}
            Some(entry) => return (entry.place == Place::Over, None),
            None => return (false, None),
        }
        // A foreign waker's `clone` is code of the program.
        let waker = waker.clone();
        match self.state.borrow_mut().slots.get_mut(slot as usize) {
            Some(Slot {
                what: What::Wake(old),
                ..
            }) => (false, Some(mem::replace(old, waker))),
            _ => (false, Some(waker)),
        }
    }
}

/// Below this many timers cancelled ones are not worth a rebuild; CPython's number.
const MIN_SCHEDULED: usize = 100;
/// Above this share of cancelled timers the heap is rebuilt; CPython's number.
const MAX_CANCELLED_FRACTION: f64 = 0.5;
