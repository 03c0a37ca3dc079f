//! [`Core`]: all that a queue is, but the order of its items. Mirrors `asyncio.queues.Queue`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, ready};

use asyncio_sync::waiters::{Gate, Left, Line, Passage, Waiters, Woken};
use asyncio_sync::{CancelledError, Event, EventWait, ValueError};
use futures_core::Stream;

use crate::exceptions::{GetError, PutError};
use crate::sync::{Mutex, MutexGuard};

/// What decides the order of a queue's items: `_init`, `_put` and `_get` in Python.
pub trait Store: Default {
    /// What is in it.
    type Item;

    /// Adds an item.
    fn push(&mut self, item: Self::Item);

    /// Takes the next one out.
    fn pop(&mut self) -> Option<Self::Item>;

    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A queue.
pub(super) struct Core<S: Store> {
    shelf: Shelf<S>,
    /// Those who wait for an item.
    getters: Waiters,
    /// Those who wait for room.
    putters: Waiters,
    /// Set while there is no unfinished item. Changed with the shelf locked.
    finished: Event,
}

impl<S: Store> Core<S> {
    pub(super) fn new(maxsize: usize) -> Self {
        let finished = Event::new();
        finished.set();
        Core {
            shelf: Shelf {
                maxsize,
                contents: Mutex::default(),
            },
            getters: Waiters::new(),
            putters: Waiters::new(),
            finished,
        }
    }

    pub(super) fn put(&self, item: S::Item) -> Put<'_, S> {
        Put {
            core: self,
            item: Some(item),
            waiting: None,
        }
    }

    #[inline]
    pub(super) fn put_nowait(&self, item: S::Item) -> Result<(), PutError<S::Item>> {
        let mut contents = self.shelf.lock();
        if contents.is_shut_down {
            return Err(PutError::ShutDown(item));
        }
        if self.shelf.is_full(&contents) {
            return Err(PutError::Full(item));
        }
        contents.store.push(item);
        if contents.unfinished == 0 {
            self.finished.clear();
        }
        contents.unfinished += 1;
        drop(contents);
        wake_next(&self.getters);
        Ok(())
    }

    pub(super) fn get(&self) -> Get<'_, S> {
        Get {
            core: self,
            waiting: None,
        }
    }

    #[inline]
    pub(super) fn get_nowait(&self) -> Result<S::Item, GetError> {
        let mut contents = self.shelf.lock();
        let Some(item) = contents.store.pop() else {
            return Err(if contents.is_shut_down {
                GetError::ShutDown
            } else {
                GetError::Empty
            });
        };
        drop(contents);
        wake_next(&self.putters);
        Ok(item)
    }

    pub(super) fn items(&self) -> Items<'_, S> {
        Items { next: self.get() }
    }

    pub(super) fn task_done(&self) -> Result<(), ValueError> {
        let mut contents = self.shelf.lock();
        let Some(left) = contents.unfinished.checked_sub(1) else {
            let text = "task_done() called too many times";
            return Err(ValueError::with_message(text));
        };
        contents.unfinished = left;
        let joined = self.set_finished(&contents);
        drop(contents);
        drop(joined);
        Ok(())
    }

    pub(super) fn join(&self) -> EventWait<'_> {
        self.finished.wait()
    }

    pub(super) fn shutdown(&self) {
        self.shelf.lock().is_shut_down = true;
        wake_all(&self.getters);
        wake_all(&self.putters);
    }

    pub(super) fn shutdown_immediate(&self) {
        let mut contents = self.shelf.lock();
        contents.is_shut_down = true;
        let dropped = std::mem::take(&mut contents.store);
        contents.unfinished = contents.unfinished.saturating_sub(dropped.len());
        let joined = self.set_finished(&contents);
        drop(contents);
        drop(joined);
        wake_all(&self.getters);
        wake_all(&self.putters);
        // Last: destructors are code of the program.
        drop(dropped);
    }

    /// Whoever joins is told when the shelf is unlocked: wakers are code of the program.
    fn set_finished(&self, contents: &Contents<S>) -> Option<Woken> {
        match contents.unfinished {
            0 => self.finished.set_deferred(),
            _ => None,
        }
    }

    pub(super) fn qsize(&self) -> usize {
        self.shelf.lock().store.len()
    }

    pub(super) fn full(&self) -> bool {
        self.shelf.is_full(&self.shelf.lock())
    }

    pub(super) fn maxsize(&self) -> usize {
        self.shelf.maxsize
    }

    /// `<Queue maxsize=2 items=1 tasks=1 shutdown>`
    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contents = self.shelf.lock();
        let (maxsize, n, tasks) = (
            self.shelf.maxsize,
            contents.store.len(),
            contents.unfinished,
        );
        let end = if contents.is_shut_down {
            " shutdown"
        } else {
            ""
        };
        write!(f, "<{name} maxsize={maxsize} items={n} tasks={tasks}{end}>")
    }
}

/// Where the items are. A line is locked before it, never after.
struct Shelf<S> {
    /// 0 if there is always room.
    maxsize: usize,
    contents: Mutex<Contents<S>>,
}

#[derive(Default)]
struct Contents<S> {
    store: S,
    /// How many items were put and not said to be done.
    unfinished: usize,
    is_shut_down: bool,
}

impl<S: Store> Shelf<S> {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, Contents<S>> {
        // An item's comparison may have panicked; the heap is in some order all the same.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn is_full(&self, contents: &Contents<S>) -> bool {
        self.maxsize > 0 && contents.store.len() >= self.maxsize
    }
}

/// Python's `_wakeup_next`.
#[inline]
fn wake_next(waiters: &Waiters) {
    if !waiters.is_empty() {
        waiters.lock().wake_first();
    }
}

fn wake_all(waiters: &Waiters) {
    if !waiters.is_empty() {
        waiters.lock().wake(usize::MAX);
    }
}

/// The gate of those who wait for an item.
struct Getters<'a, S: Store>(&'a Core<S>);

impl<S: Store> Getters<'_, S> {
    fn has_item(&self) -> bool {
        !self.0.shelf.lock().store.is_empty()
    }
}

impl<S: Store> Gate for Getters<'_, S> {
    fn name(&self) -> &'static &'static str {
        &"Queue.get"
    }

    fn waiters(&self) -> &Waiters {
        &self.0.getters
    }

    /// It has just been tried.
    fn try_pass(&self) -> bool {
        false
    }

    fn try_pass_line(&self, _line: &mut Line<'_>) -> bool {
        let contents = self.0.shelf.lock();
        contents.is_shut_down || !contents.store.is_empty()
    }

    #[inline]
    fn pass(&self) {}

    fn give_up(&self, line: &mut Line<'_>, left: Left) {
        if left == Left::WithTurn && self.has_item() {
            line.wake_first();
        }
    }
}

/// The gate of those who wait for room.
struct Putters<'a, S: Store>(&'a Core<S>);

impl<S: Store> Gate for Putters<'_, S> {
    fn name(&self) -> &'static &'static str {
        &"Queue.put"
    }

    fn waiters(&self) -> &Waiters {
        &self.0.putters
    }

    /// It has just been tried.
    fn try_pass(&self) -> bool {
        false
    }

    fn try_pass_line(&self, _line: &mut Line<'_>) -> bool {
        let contents = self.0.shelf.lock();
        contents.is_shut_down || !self.0.shelf.is_full(&contents)
    }

    #[inline]
    fn pass(&self) {}

    fn give_up(&self, line: &mut Line<'_>, left: Left) {
        if left == Left::WithTurn && !self.0.full() {
            line.wake_first();
        }
    }
}

/// The future of `get`.
#[must_use = "nothing is taken until this is awaited"]
pub struct Get<'a, S: Store> {
    core: &'a Core<S>,
    /// Set while it is in line.
    waiting: Option<Passage<Getters<'a, S>>>,
}

impl<S: Store> Future for Get<'_, S> {
    type Output = Result<S::Item, GetError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            if let Some(waiting) = &mut this.waiting {
                let passed = ready!(waiting.poll(cx));
                this.waiting = None;
                passed.map_err(GetError::Cancelled)?;
            }
            match this.core.get_nowait() {
                Err(GetError::Empty) => this.waiting = Some(Passage::new(Getters(this.core))),
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

/// The future of `put`.
#[must_use = "nothing is put until this is awaited"]
pub struct Put<'a, S: Store> {
    core: &'a Core<S>,
    /// `None` when it has ended.
    item: Option<S::Item>,
    /// Set while it is in line.
    waiting: Option<Passage<Putters<'a, S>>>,
}

/// The item is moved in and out, never pinned.
impl<S: Store> Unpin for Put<'_, S> {}

impl<S: Store> Future for Put<'_, S> {
    type Output = Result<(), PutError<S::Item>>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            let passed = match &mut this.waiting {
                Some(waiting) => ready!(waiting.poll(cx)),
                None => Ok(()),
            };
            this.waiting = None;
            let item = this.item.take().expect("polled after it had ended");
            if let Err(cancelled) = passed {
                return Poll::Ready(Err(PutError::Cancelled(item, cancelled)));
            }
            match this.core.put_nowait(item) {
                Err(PutError::Full(item)) => {
                    this.item = Some(item);
                    this.waiting = Some(Passage::new(Putters(this.core)));
                }
                outcome => return Poll::Ready(outcome),
            }
        }
    }
}

/// The items of a queue, one by one: a [`Stream`] that ends when the queue is shut down and empty.
///
/// An item is an error when the task was cancelled while it waited; the next one may follow.
///
/// [`next`](Items::next) leaves the line when its future is dropped. As a [`Stream`] that is not polled on, it stays in line,
/// and an item may wait for it: drop it when you do not want the next one.
#[must_use = "nothing is taken until the items are asked for"]
pub struct Items<'a, S: Store> {
    next: Get<'a, S>,
}

impl<'a, S: Store> Items<'a, S> {
    /// The next item; `None` when the queue is shut down and empty: one turn of `async for`.
    ///
    /// # Cancel safety
    ///
    /// As `get`.
    #[allow(
        clippy::should_implement_trait,
        reason = "asyncio for Rust calls one turn of `async for` so"
    )]
    pub fn next(&mut self) -> NextItem<'_, 'a, S> {
        NextItem(self)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<S::Item, CancelledError>>> {
        Poll::Ready(match ready!(Pin::new(&mut self.next).poll(cx)) {
            Ok(item) => Some(Ok(item)),
            Err(GetError::Cancelled(cancelled)) => Some(Err(cancelled)),
            Err(GetError::ShutDown | GetError::Empty) => None,
        })
    }
}

impl<S: Store> Stream for Items<'_, S> {
    type Item = Result<S::Item, CancelledError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

/// The future of [`Items::next`].
#[must_use = "nothing is taken until this is awaited"]
pub struct NextItem<'i, 'a, S: Store>(&'i mut Items<'a, S>);

impl<S: Store> Future for NextItem<'_, '_, S> {
    type Output = Option<Result<S::Item, CancelledError>>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_item(cx)
    }
}

impl<S: Store> Drop for NextItem<'_, '_, S> {
    /// One that is not awaited to its end does not stay in line.
    fn drop(&mut self) {
        self.0.next.waiting = None;
    }
}

impl<S: Store> fmt::Debug for Get<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Get of {} items>", self.core.qsize())
    }
}

impl<S: Store> fmt::Debug for Put<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Put to {} items>", self.core.qsize())
    }
}

impl<S: Store> fmt::Debug for Items<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Items of {} items>", self.next.core.qsize())
    }
}
