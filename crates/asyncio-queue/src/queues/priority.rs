//! [`PriorityQueue`]: the least item first. Mirrors `asyncio.queues.PriorityQueue`.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt;

use asyncio_sync::{EventWait, ValueError};

use super::core::{Core, Get, Items, Put, Store};
use super::methods;
use crate::exceptions::{GetError, PutError};

/// A queue of which the least item comes out first: `asyncio.PriorityQueue`.
///
/// Items are typically `(priority, data)`; [`Reverse`] makes the greatest come first. Equal items come out in the order in
/// which they were put. Comparing two items must not use the queue.
///
/// ```
/// use asyncio_queue::PriorityQueue;
///
/// let queue = PriorityQueue::new(0);
/// queue.put_nowait((2, "later"))?;
/// queue.put_nowait((1, "first"))?;
/// assert_eq!(queue.get_nowait()?, (1, "first"));
/// # Ok::<(), asyncio_queue::Error>(())
/// ```
///
/// Items that do not compare do not compile:
///
/// ```compile_fail
/// asyncio_queue::PriorityQueue::new(0).put_nowait(1.5);
/// ```
pub struct PriorityQueue<T: Ord>(Core<Priority<T>>);

methods!(PriorityQueue, Priority, Ord);

/// What is in a [`PriorityQueue`].
pub struct Priority<T> {
    heap: BinaryHeap<Reverse<Numbered<T>>>,
    next: u64,
}

impl<T: Ord> Default for Priority<T> {
    fn default() -> Self {
        Priority {
            heap: BinaryHeap::new(),
            next: 0,
        }
    }
}

impl<T: Ord> Store for Priority<T> {
    type Item = T;

    fn push(&mut self, item: T) {
        let number = self.next;
        self.next += 1;
        self.heap.push(Reverse(Numbered { item, number }));
    }

    fn pop(&mut self) -> Option<T> {
        self.heap.pop().map(|Reverse(entry)| entry.item)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }
}

/// An item, and when it was put.
// DIFFERENCE: equal items come out in the order in which they were put. In CPython their order is heapq's, an accident.
struct Numbered<T> {
    item: T,
    number: u64,
}

impl<T: Ord> Ord for Numbered<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_item = self.item.cmp(&other.item);
        by_item.then(self.number.cmp(&other.number))
    }
}

impl<T: Ord> PartialOrd for Numbered<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Numbered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Ord> Eq for Numbered<T> {}
