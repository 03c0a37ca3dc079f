//! [`LifoQueue`]: last in, first out. Mirrors `asyncio.queues.LifoQueue`.

use std::fmt;

use asyncio_sync::{EventWait, ValueError};

use super::core::{Core, Get, Items, Put, Store};
use super::methods;
use crate::exceptions::{GetError, PutError};

/// A queue of which the newest item comes out first: `asyncio.LifoQueue`.
///
/// ```
/// use asyncio_queue::LifoQueue;
///
/// let queue = LifoQueue::new(0);
/// queue.put_nowait("one")?;
/// queue.put_nowait("two")?;
/// assert_eq!(queue.get_nowait()?, "two");
/// # Ok::<(), asyncio_queue::Error>(())
/// ```
pub struct LifoQueue<T>(Core<Lifo<T>>);

methods!(LifoQueue, Lifo);

/// What is in a [`LifoQueue`].
pub struct Lifo<T>(Vec<T>);

impl<T> Default for Lifo<T> {
    fn default() -> Self {
        Lifo(Vec::new())
    }
}

impl<T> Store for Lifo<T> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.0.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
