//! [`Barrier`]: so many tasks wait for each other. Mirrors `asyncio.locks.Barrier`.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::PoisonError;

use asyncio_tasks::{CancelledError, Result, ValueError};

use super::condition::Condition;
use crate::sync::{Mutex, MutexGuard};

/// A place where a fixed number of tasks wait for each other, again and again: `asyncio.Barrier`.
///
/// ```
/// use asyncio_sync::Barrier;
/// use std::rc::Rc;
///
/// asyncio_tasks::run(async {
///     let barrier = Rc::new(Barrier::new(3)?);
///     let places = asyncio_tasks::gather((0..3).map(|_| {
///         let barrier = barrier.clone();
///         async move { barrier.wait().await }
///     })).await?;
///     assert_eq!(places, [0, 1, 2]);
///     Ok(())
/// }).unwrap();
/// ```
pub struct Barrier {
    /// Notified when the state changes.
    condition: Condition,
    parties: usize,
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    /// How many are inside: they wait, or have been released and have not left.
    count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Tasks come and wait for the last one.
    Filling,
    /// All have come and leave one by one; newcomers wait outside.
    Draining,
    /// It was reset with tasks inside, which leave with an error; newcomers wait outside.
    Resetting,
    /// It was aborted: nobody waits until it is reset.
    Broken,
}

impl Barrier {
    /// A barrier for `parties` tasks.
    ///
    /// # Errors
    ///
    /// `ValueError` if `parties` is 0.
    pub fn new(parties: usize) -> Result<Self, ValueError> {
        if parties == 0 {
            return Err(ValueError::with_message("parties must be >= 1"));
        }
        Ok(Barrier {
            condition: Condition::new(),
            parties,
            inner: Mutex::new(Inner {
                state: State::Filling,
                count: 0,
            }),
        })
    }

    /// Waits until as many tasks as there are parties wait, and returns which one this was, counted from 0:
    /// `Barrier.wait`, and `async with barrier`.
    ///
    /// While the tasks of the last round have not all left, newcomers wait for that first.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, the task leaves; the barrier is not broken, and waits for another one.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrierError`] if the barrier is broken, or is [reset](Barrier::reset) or [aborted](Barrier::abort)
    /// meanwhile; `CancelledError` if the task was cancelled meanwhile.
    pub async fn wait(&self) -> Result<usize> {
        let mut guard = self.condition.lock().await?;
        let open = || !matches!(self.state(), State::Draining | State::Resetting);
        guard.wait_for(open).await?;
        if self.broken() {
            return Err(BrokenBarrierError::new("Barrier aborted").into());
        }
        // Dropped before the guard: a task leaves while it has the lock.
        let visit = self.enter();
        if visit.index + 1 == self.parties {
            self.inner().state = State::Draining;
            self.condition.notify_unlocked(usize::MAX);
        } else {
            guard.wait_for(|| self.state() != State::Filling).await?;
            if matches!(self.state(), State::Broken | State::Resetting) {
                return Err(BrokenBarrierError::new("Abort or reset of barrier").into());
            }
        }
        Ok(visit.index)
    }

    /// Empties the barrier: whoever waits gets a [`BrokenBarrierError`]. It can be used again, even if it was broken:
    /// `Barrier.reset`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped while it waits for the barrier's lock, nothing was done.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it had to wait and the task was cancelled meanwhile.
    pub async fn reset(&self) -> Result<(), CancelledError> {
        let _guard = self.condition.lock().await?;
        let mut inner = self.inner();
        inner.state = if inner.count > 0 {
            State::Resetting
        } else {
            State::Filling
        };
        drop(inner);
        self.condition.notify_unlocked(usize::MAX);
        Ok(())
    }

    /// Breaks the barrier: whoever waits, or comes before it is [reset](Barrier::reset), gets a [`BrokenBarrierError`]:
    /// `Barrier.abort`.
    ///
    /// # Cancel safety
    ///
    /// As [`reset`](Barrier::reset).
    ///
    /// # Errors
    ///
    /// As [`reset`](Barrier::reset).
    pub async fn abort(&self) -> Result<(), CancelledError> {
        let _guard = self.condition.lock().await?;
        self.inner().state = State::Broken;
        self.condition.notify_unlocked(usize::MAX);
        Ok(())
    }

    /// How many tasks it takes: `Barrier.parties`.
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many tasks wait for the last one: `Barrier.n_waiting`.
    pub fn n_waiting(&self) -> usize {
        let inner = self.inner();
        match inner.state {
            State::Filling => inner.count,
            _ => 0,
        }
    }

    /// Whether it was aborted: `Barrier.broken`.
    pub fn broken(&self) -> bool {
        self.state() == State::Broken
    }

    fn state(&self) -> State {
        self.inner().state
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Visit<'_> {
        let mut inner = self.inner();
        let index = inner.count;
        inner.count += 1;
        Visit {
            barrier: self,
            index,
        }
    }
}

/// `<Barrier [filling, waiters:1/3]>`
impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waiting, parties) = (self.n_waiting(), self.parties);
        let state = match self.state() {
            State::Broken => return f.write_str("<Barrier [broken]>"),
            State::Filling => "filling",
            State::Draining => "draining",
            State::Resetting => "resetting",
        };
        write!(f, "<Barrier [{state}, waiters:{waiting}/{parties}]>")
    }
}

/// A task inside of the barrier.
struct Visit<'a> {
    barrier: &'a Barrier,
    index: usize,
}

impl Drop for Visit<'_> {
    /// The last one to leave lets those in who wait outside.
    fn drop(&mut self) {
        let mut inner = self.barrier.inner();
        inner.count -= 1;
        if inner.count > 0 {
            return;
        }
        if matches!(inner.state, State::Draining | State::Resetting) {
            inner.state = State::Filling;
        }
        drop(inner);
        self.barrier.condition.notify_unlocked(usize::MAX);
    }
}

/// The barrier was aborted, or reset while tasks waited: `asyncio.BrokenBarrierError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenBarrierError(Cow<'static, str>);

impl BrokenBarrierError {
    /// With a message.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        BrokenBarrierError(message.into())
    }
}

impl fmt::Display for BrokenBarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for BrokenBarrierError {}
