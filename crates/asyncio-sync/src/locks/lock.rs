//! [`Lock`]: mutual exclusion. Mirrors `asyncio.locks.Lock`.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncio_tasks::{CancelledError, RuntimeError};

use super::report;
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::waiters::{Gate, Left, Line, Passage, Waiters, try_now};

/// A mutual exclusion lock for coroutines: `asyncio.Lock`.
///
/// It is fair: who waits first gets it first, and a newcomer never takes it while others wait. It is not re-entrant, and
/// not owned: whoever likes may [`release`](Lock::release) it.
///
/// Taking a free lock does not suspend, takes no mutex and does not allocate.
///
/// ```
/// use asyncio_sync::Lock;
/// use std::rc::Rc;
///
/// asyncio_tasks::run(async {
///     let lock = Rc::new(Lock::new());
///     {
///         let _guard = lock.lock().await?; // async with lock:
///         assert!(lock.locked());
///     }
///     lock.acquire().await?; // await lock.acquire()
///     lock.release()?;
///     Ok(())
/// }).unwrap();
/// ```
pub struct Lock {
    /// One of [`FREE`], [`LOCKED`] and [`PASSING`].
    state: AtomicU8,
    waiters: Waiters,
}

/// Nobody has it, and nobody was woken to take it.
const FREE: u8 = 0;
/// Somebody has it.
const LOCKED: u8 = 1;
/// It was released and the first in line was woken: it is that one's, who has not run yet.
const PASSING: u8 = 2;

impl Lock {
    /// A free lock.
    pub const fn new() -> Self {
        Lock {
            state: AtomicU8::new(FREE),
            waiters: Waiters::new(),
        }
    }

    /// Takes the lock, for whoever calls [`release`](Lock::release): `Lock.acquire`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped while it waits, its turn passes to the next in line.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it had to wait and the task was cancelled meanwhile.
    #[inline]
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire(Passage::new(self))
    }

    /// Takes the lock until the guard is dropped: `async with lock`.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Lock::acquire).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Lock::acquire).
    #[inline]
    pub fn lock(&self) -> Locking<&Lock> {
        Locking(Passage::new(self))
    }

    /// As [`lock`](Lock::lock), with a guard that owns a handle to the lock and can move into a task.
    ///
    /// ```
    /// use asyncio_sync::Lock;
    /// use std::sync::Arc;
    ///
    /// # asyncio_tasks::run(async {
    /// let lock = Arc::new(Lock::new());
    /// let guard = lock.lock_owned().await?;
    /// asyncio_tasks::create_task(async move {
    ///     drop(guard);
    ///     Ok(())
    /// }).await?;
    /// assert!(!lock.locked());
    /// # Ok(()) }).unwrap();
    /// ```
    #[inline]
    pub fn lock_owned(self: &Arc<Self>) -> Locking<Arc<Lock>> {
        Locking(Passage::new(self.clone()))
    }

    /// Takes the lock if that needs no waiting.
    #[inline]
    pub fn try_lock(&self) -> Option<LockGuard<&Lock>> {
        try_now(self).then(|| LockGuard { lock: self })
    }

    /// Frees the lock and wakes the first in line: `Lock.release`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the lock is not acquired.
    #[inline]
    pub fn release(&self) -> Result<(), RuntimeError> {
        if !self.waiters.is_empty() {
            return self.hand_over();
        }
        if !self.change(LOCKED, FREE) {
            return Err(not_acquired());
        }
        if !self.waiters.is_empty() {
            self.wake_first(&mut self.waiters.lock());
        }
        Ok(())
    }

    /// As [`release`](Lock::release), when somebody waits: nobody else can take it in between.
    #[inline(never)]
    fn hand_over(&self) -> Result<(), RuntimeError> {
        let mut line = self.waiters.lock();
        let to = if self.may_wake(&line) { PASSING } else { FREE };
        if !self.change(LOCKED, to) {
            return Err(not_acquired());
        }
        if to == PASSING {
            line.wake_first();
        }
        Ok(())
    }

    /// Whether somebody has it: `Lock.locked`. False after a release, even if somebody was woken to take it.
    pub fn locked(&self) -> bool {
        self.state.load(Ordering::SeqCst) == LOCKED
    }

    #[inline]
    fn change(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// Only the oldest in line may be woken.
    fn may_wake(&self, line: &Line<'_>) -> bool {
        line.waiting() > 0 && !line.is_head_passed_over()
    }

    /// Python's `_wake_up_first`. One that is passed over does this when it leaves.
    fn wake_first(&self, line: &mut Line<'_>) {
        if self.may_wake(line) && self.change(FREE, PASSING) {
            line.wake_first();
        }
    }
}

#[cold]
fn not_acquired() -> RuntimeError {
    RuntimeError::with_message("Lock is not acquired.")
}

impl Default for Lock {
    fn default() -> Self {
        Lock::new()
    }
}

/// `<Lock [locked, waiters:1]>`
impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, woken) = match self.state.load(Ordering::SeqCst) {
            LOCKED => ("locked", 0),
            PASSING => ("unlocked", 1),
            _ => ("unlocked", 0),
        };
        let waiters = self.waiters.count() + woken;
        write!(f, "<Lock [{state}, waiters:{waiters}]>")
    }
}

impl Gate for Lock {
    #[inline]
    fn name(&self) -> &'static &'static str {
        &"Lock.acquire"
    }

    #[inline]
    fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    #[inline]
    fn try_pass(&self) -> bool {
        self.waiters.is_empty() && self.change(FREE, LOCKED)
    }

    fn try_pass_line(&self, line: &mut Line<'_>) -> bool {
        line.waiting() == 0 && self.change(FREE, LOCKED)
    }

    #[inline]
    fn pass(&self) {
        // From PASSING, which nobody else changes.
        self.state.store(LOCKED, Ordering::Release);
    }

    fn give_up(&self, line: &mut Line<'_>, left: Left) {
        if left == Left::WithTurn {
            self.state.store(FREE, Ordering::SeqCst);
        }
        self.wake_first(line);
    }
}

/// The future of [`Lock::acquire`].
#[derive(Debug)]
#[must_use = "a lock is not taken until this is awaited"]
pub struct Acquire<'a>(Passage<&'a Lock>);

impl Future for Acquire<'_> {
    type Output = Result<(), CancelledError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

/// The future of [`Lock::lock`] and [`Lock::lock_owned`].
#[derive(Debug)]
#[must_use = "a lock is not taken until this is awaited"]
pub struct Locking<L: Gate>(Passage<L>);

impl<L: Gate + Deref<Target = Lock> + Clone + Unpin> Future for Locking<L> {
    type Output = Result<LockGuard<L>, CancelledError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map_ok(|()| LockGuard {
            lock: self.0.gate().clone(),
        })
    }
}

/// Has a [`Lock`], and releases it when dropped.
///
/// If the lock is not acquired any more by then, because somebody called [`Lock::release`], the exception handler of the
/// running loop is told.
#[must_use = "the lock is released when the guard is dropped"]
pub struct LockGuard<L: Deref<Target = Lock>> {
    lock: L,
}

/// A [`LockGuard`] that can outlive the place where it was taken.
pub type OwnedLockGuard = LockGuard<Arc<Lock>>;

impl<L: Deref<Target = Lock>> LockGuard<L> {
    /// The lock.
    pub fn lock(&self) -> &L {
        &self.lock
    }
}

impl<L: Deref<Target = Lock>> Drop for LockGuard<L> {
    #[inline]
    fn drop(&mut self) {
        if let Err(error) = self.lock.release() {
            report("LockGuard", error);
        }
    }
}

impl<L: Deref<Target = Lock>> fmt::Debug for LockGuard<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<LockGuard of {:?}>", *self.lock)
    }
}
