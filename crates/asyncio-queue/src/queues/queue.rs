//! [`Queue`]: first in, first out. Mirrors `asyncio.queues.Queue`.

use std::collections::VecDeque;
use std::fmt;

use asyncio_sync::{EventWait, ValueError};

use super::core::{Core, Get, Items, Put, Store};
use super::methods;
use crate::exceptions::{GetError, PutError};

/// A queue of which the oldest item comes out first: `asyncio.Queue`.
///
/// ```
/// use asyncio_queue::Queue;
///
/// asyncio_tasks::run(async {
///     let queue = Queue::new(2);
///     queue.put("one").await?;
///     queue.put("two").await?;
///     assert!(queue.full());
///     assert_eq!(queue.get().await?, "one");
///     Ok(())
/// }).unwrap();
/// ```
pub struct Queue<T>(Core<Fifo<T>>);

methods!(Queue, Fifo);

/// What is in a [`Queue`].
pub struct Fifo<T>(VecDeque<T>);

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Fifo(VecDeque::new())
    }
}

impl<T> Store for Fifo<T> {
    type Item = T;

    #[inline]
    fn push(&mut self, item: T) {
        self.0.push_back(item);
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    #[inline]
    fn len(&self) -> usize {
        self.0.len()
    }
}
