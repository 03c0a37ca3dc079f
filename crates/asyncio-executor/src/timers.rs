//! The loop's timers: a heap on (deadline, insertion) with lazy deletion.
//!
//! Mirrors `BaseEventLoop._scheduled`. Cancelling only counts; cancelled timers leave when they reach the head,
//! or all at once when they are many (LOOP-08). Equal deadlines fire in insertion order.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use crate::events::Handle;

#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Timer>,
    next_order: u64,
    cancelled: Rc<Cell<usize>>,
}

impl Timers {
    pub(crate) fn push(&mut self, when: f64, handle: Handle) {
        let order = self.next_order;
        self.next_order += 1;
        self.heap.push(Timer {
            // Makes one zero of the two.
            when: when + 0.0,
            order,
            handle,
        });
    }

    /// The number of timers in the heap that were cancelled; whoever cancels one counts it.
    pub(crate) fn cancelled(&self) -> &Rc<Cell<usize>> {
        &self.cancelled
    }

    /// Removes cancelled timers where that is cheap or overdue. The caller drops them when it holds no borrow:
    /// a destructor may use the loop.
    #[must_use]
    pub(crate) fn purge(&mut self) -> Vec<Handle> {
        let mut removed = Vec::new();
        let (total, cancelled) = (self.heap.len(), self.cancelled.get());
        if cancelled == 0 {
            return removed;
        }
        if total > MIN_SCHEDULED && cancelled as f64 / total as f64 > MAX_CANCELLED_FRACTION {
            let (gone, kept): (Vec<_>, Vec<_>) = self
                .heap
                .drain()
                .partition(|timer| timer.handle.cancelled());
            self.heap = kept.into();
            removed.extend(gone.into_iter().map(|timer| timer.handle));
        }
        while self
            .heap
            .peek()
            .is_some_and(|timer| timer.handle.cancelled())
        {
            removed.extend(self.heap.pop().map(|timer| timer.handle));
        }
        self.cancelled.set(cancelled - removed.len());
        removed
    }

    /// The earliest deadline. Exact after [`purge`](Timers::purge), otherwise possibly a cancelled one's.
    pub(crate) fn next(&self) -> Option<f64> {
        self.heap.peek().map(|timer| timer.when)
    }

    /// Takes the next timer that is due before `end`.
    pub(crate) fn pop_due(&mut self, end: f64) -> Option<Handle> {
        if self.heap.peek()?.when >= end {
            return None;
        }
        let handle = self.heap.pop()?.handle;
        if handle.leave_timers() {
            self.cancelled.set(self.cancelled.get() - 1);
        }
        Some(handle)
    }

    /// Every timer, in no particular order.
    pub(crate) fn into_handles(self) -> impl Iterator<Item = Handle> {
        self.heap.into_iter().map(|timer| timer.handle)
    }
}

struct Timer {
    /// Never NaN.
    when: f64,
    order: u64,
    handle: Handle,
}

impl Ord for Timer {
    /// The earliest timer is the greatest, for `BinaryHeap`.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .when
            .total_cmp(&self.when)
            .then(other.order.cmp(&self.order))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

/// Below this many timers cancelled ones are not worth a rebuild; CPython's number.
const MIN_SCHEDULED: usize = 100;
/// Above this share of cancelled timers the heap is rebuilt; CPython's number.
const MAX_CANCELLED_FRACTION: f64 = 0.5;
