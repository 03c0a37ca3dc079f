//! The queues, one file each, over one core. Mirrors `asyncio.queues`.

mod core;
mod lifo;
mod priority;
mod queue;

pub use self::core::{Get, Items, NextItem, Put, Store};
pub use lifo::{Lifo, LifoQueue};
pub use priority::{Priority, PriorityQueue};
pub use queue::{Fifo, Queue};

/// The methods that all queues have.
macro_rules! methods {
    ($Queue:ident, $Store:ident $(, $Bound:path)?) => {
        impl<T $(: $Bound)?> $Queue<T> {
            /// A queue that is full with `maxsize` items; never, if that is 0.
            pub fn new(maxsize: usize) -> Self {
                $Queue(Core::new(maxsize))
            }

            /// Puts `item`, as soon as there is room: `put`.
            ///
            /// Who waits longest is woken first. As in Python, whoever comes before that one runs may take the room; it
            /// then waits on.
            ///
            /// # Cancel safety
            ///
            /// Cancelled or dropped while it waits, nothing was put; cancelled, the error has the item.
            ///
            /// # Errors
            ///
            /// `QueueShutDown` if the queue was shut down; `CancelledError` if it had to wait and the task was cancelled
            /// meanwhile.
            pub fn put(&self, item: T) -> Put<'_, $Store<T>> {
                self.0.put(item)
            }

            /// Puts `item` if there is room: `put_nowait`.
            ///
            /// # Errors
            ///
            /// `QueueFull` if there is none, `QueueShutDown` if the queue was shut down; the error has the item.
            pub fn put_nowait(&self, item: T) -> Result<(), PutError<T>> {
                self.0.put_nowait(item)
            }

            /// Takes the next item, as soon as there is one: `get`.
            ///
            /// Who waits longest is woken first. As in Python, whoever comes before that one runs may take the item; it
            /// then waits on.
            ///
            /// # Cancel safety
            ///
            /// Cancelled or dropped while it waits, nothing was taken.
            ///
            /// # Errors
            ///
            /// `QueueShutDown` if the queue was shut down and is empty; `CancelledError` if it had to wait and the task
            /// was cancelled meanwhile.
            pub fn get(&self) -> Get<'_, $Store<T>> {
                self.0.get()
            }

            /// Takes the next item if there is one: `get_nowait`.
            ///
            /// # Errors
            ///
            /// `QueueEmpty` if there is none, `QueueShutDown` if there will be none because the queue was shut down.
            pub fn get_nowait(&self) -> Result<T, GetError> {
                self.0.get_nowait()
            }

            /// The items, until the queue is shut down and empty: what `async for` over a queue would be.
            pub fn items(&self) -> Items<'_, $Store<T>> {
                self.0.items()
            }

            /// One of the items is done: `task_done`.
            ///
            /// # Errors
            ///
            /// `ValueError` if that was said of all that were put.
            pub fn task_done(&self) -> Result<(), ValueError> {
                self.0.task_done()
            }

            /// Waits until [`task_done`](Self::task_done) was said of all items that were put: `join`.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            ///
            /// # Errors
            ///
            /// `CancelledError` if it had to wait and the task was cancelled meanwhile.
            pub fn join(&self) -> EventWait<'_> {
                self.0.join()
            }

            /// From now on nothing can be put, and when the queue is empty nothing can be got: `shutdown`. Wakes all
            /// who wait.
            pub fn shutdown(&self) {
                self.0.shutdown();
            }

            /// As [`shutdown`](Self::shutdown), and drops the items, which count as done: `shutdown(immediate=True)`.
            pub fn shutdown_immediate(&self) {
                self.0.shutdown_immediate();
            }

            /// How many items there are: `qsize`.
            pub fn qsize(&self) -> usize {
                self.0.qsize()
            }

            /// Whether there are none: `empty`.
            pub fn empty(&self) -> bool {
                self.0.qsize() == 0
            }

            /// Whether there is no room: `full`.
            pub fn full(&self) -> bool {
                self.0.full()
            }

            /// With how many items it is full; 0 if it never is: `maxsize`.
            pub fn maxsize(&self) -> usize {
                self.0.maxsize()
            }
        }

        /// A queue that is never full.
        impl<T $(: $Bound)?> Default for $Queue<T> {
            fn default() -> Self {
                $Queue::new(0)
            }
        }

        impl<T $(: $Bound)?> fmt::Debug for $Queue<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.describe(stringify!($Queue), f)
            }
        }
    };
}
use methods;
