//! [`Semaphore`] and [`BoundedSemaphore`]: a number of units to take. Mirrors the same in `asyncio.locks`.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncio_tasks::{CancelledError, ValueError};

use super::report;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::waiters::{Gate, Left, Line, Passage, Waiters, try_now};

/// A number of units, of which everybody takes one and gives it back: `asyncio.Semaphore`.
///
/// It is fair: a released unit goes to the first in line, and a newcomer never takes one while others wait.
/// Taking a free unit does not suspend, takes no mutex and does not allocate.
///
/// ```
/// use asyncio_sync::Semaphore;
/// use std::rc::Rc;
///
/// asyncio_tasks::run(async {
///     let at_most_two = Rc::new(Semaphore::new(2));
///     asyncio_tasks::gather((0..6).map(|_| {
///         let at_most_two = at_most_two.clone();
///         async move {
///             let _permit = at_most_two.permit().await?; // async with at_most_two:
///             asyncio_tasks::sleep(0.001).await
///         }
///     })).await?;
///     Ok(())
/// }).unwrap();
/// ```
pub struct Semaphore {
    value: AtomicUsize,
    /// Units that were handed to those who waited, and who have not run yet. Grows with the line locked.
    handed: AtomicUsize,
    waiters: Waiters,
}

impl Semaphore {
    /// A semaphore of `value` units.
    pub const fn new(value: usize) -> Self {
        Semaphore {
            value: AtomicUsize::new(value),
            handed: AtomicUsize::new(0),
            waiters: Waiters::new(),
        }
    }

    /// Takes a unit, for whoever calls [`release`](Semaphore::release): `Semaphore.acquire`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped while it waits, a unit that it was given goes to the next in line.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it had to wait and the task was cancelled meanwhile.
    #[inline]
    pub fn acquire(&self) -> AcquireSemaphore<'_> {
        AcquireSemaphore(Passage::new(self))
    }

    /// Takes a unit until the permit is dropped: `async with semaphore`.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Semaphore::acquire).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Semaphore::acquire).
    #[inline]
    pub fn permit(&self) -> Permitting<&Semaphore> {
        Permitting(Passage::new(self))
    }

    /// As [`permit`](Semaphore::permit), with a permit that owns a handle to the semaphore and can move into a task.
    #[inline]
    pub fn permit_owned(self: &Arc<Self>) -> Permitting<Arc<Semaphore>> {
        Permitting(Passage::new(self.clone()))
    }

    /// Takes a unit if that needs no waiting.
    #[inline]
    pub fn try_permit(&self) -> Option<Permit<&Semaphore>> {
        try_now(self).then(|| Permit { semaphore: self })
    }

    /// Gives a unit back, or a new one: `Semaphore.release`. More than `usize::MAX` are that many.
    #[inline]
    pub fn release(&self) {
        if self.hand_over() {
            return;
        }
        let more = |value: usize| Some(value.saturating_add(1));
        let _always_ok = self
            .value
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        self.released();
    }

    /// Whether [`acquire`](Semaphore::acquire) would have to wait: `Semaphore.locked`.
    pub fn locked(&self) -> bool {
        self.value.load(Ordering::SeqCst) == 0
            || self.has_others_first()
            || !self.waiters.is_empty() && self.waiters.lock().waiting() > 0
    }

    /// Gives a unit back if there are less than `bound`.
    #[inline]
    fn release_below(&self, bound: usize) -> Result<(), ValueError> {
        if self.value.load(Ordering::SeqCst) < bound && self.hand_over() {
            return Ok(());
        }
        let more = |value: usize| (value < bound).then(|| value + 1);
        let released = self
            .value
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
        if released.is_err() {
            let text = "BoundedSemaphore released too many times";
            return Err(ValueError::with_message(text));
        }
        self.released();
        Ok(())
    }

    /// A unit that is given back goes to the first who waits, if anybody does.
    #[inline]
    fn hand_over(&self) -> bool {
        !self.waiters.is_empty() && self.hand_to_first(&mut self.waiters.lock())
    }

    fn hand_to_first(&self, line: &mut Line<'_>) -> bool {
        let is_any = line.waiting() > 0;
        if is_any {
            self.handed.fetch_add(1, Ordering::SeqCst);
            line.wake_first();
        }
        is_any
    }

    /// Whether somebody has the turn, whom nobody overtakes.
    #[inline]
    fn has_others_first(&self) -> bool {
        self.handed.load(Ordering::SeqCst) > 0
    }

    #[inline]
    fn released(&self) {
        if !self.waiters.is_empty() {
            self.wake_next(&mut self.waiters.lock());
        }
    }

    #[inline]
    fn take(&self) -> bool {
        let less = |value: usize| value.checked_sub(1);
        self.value
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
    }

    /// Python's `_wake_up_next`: the first who waits gets a unit.
    fn wake_next(&self, line: &mut Line<'_>) -> bool {
        line.waiting() > 0 && self.take() && self.hand_to_first(line)
    }

    fn wake_all(&self, line: &mut Line<'_>) {
        while self.wake_next(line) {}
    }

    fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.locked() {
            let waiters = self.waiters.count() + self.handed.load(Ordering::Relaxed);
            write!(f, "<{name} [locked, waiters:{waiters}]>")
        } else {
            let value = self.value.load(Ordering::Relaxed);
            write!(f, "<{name} [unlocked, value:{value}]>")
        }
    }
}

/// Of one unit.
impl Default for Semaphore {
    fn default() -> Self {
        Semaphore::new(1)
    }
}

/// `<Semaphore [unlocked, value:2]>`
impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe("Semaphore", f)
    }
}

impl Gate for Semaphore {
    #[inline]
    fn name(&self) -> &'static &'static str {
        &"Semaphore.acquire"
    }

    #[inline]
    fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    #[inline]
    fn try_pass(&self) -> bool {
        self.waiters.is_empty() && !self.has_others_first() && self.take()
    }

    fn try_pass_line(&self, line: &mut Line<'_>) -> bool {
        line.waiting() == 0 && !self.has_others_first() && self.take()
    }

    /// Those who came while this one had the turn had to wait behind it: there may be units for them.
    fn pass(&self) {
        self.handed.fetch_sub(1, Ordering::SeqCst);
        if self.value.load(Ordering::SeqCst) > 0 && !self.waiters.is_empty() {
            self.wake_all(&mut self.waiters.lock());
        }
    }

    fn give_up(&self, line: &mut Line<'_>, left: Left) {
        if left == Left::WithTurn {
            self.value.fetch_add(1, Ordering::SeqCst);
            self.handed.fetch_sub(1, Ordering::SeqCst);
        }
        self.wake_all(line);
    }
}

/// A semaphore that never has more units than in the beginning: `asyncio.BoundedSemaphore`.
///
/// ```
/// use asyncio_sync::BoundedSemaphore;
///
/// let semaphore = BoundedSemaphore::new(1);
/// let error = semaphore.release().unwrap_err();
/// assert_eq!(error.to_string(), "BoundedSemaphore released too many times");
/// ```
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    bound: usize,
}

impl BoundedSemaphore {
    /// A semaphore of `value` units, and never more.
    pub const fn new(value: usize) -> Self {
        BoundedSemaphore {
            semaphore: Semaphore::new(value),
            bound: value,
        }
    }

    /// See [`Semaphore::acquire`]: `BoundedSemaphore.acquire`.
    #[inline]
    pub fn acquire(&self) -> AcquireSemaphore<'_> {
        self.semaphore.acquire()
    }

    /// See [`Semaphore::permit`]: `async with semaphore`.
    #[inline]
    pub fn permit(&self) -> Permitting<&BoundedSemaphore> {
        Permitting(Passage::new(self))
    }

    /// See [`Semaphore::permit_owned`].
    #[inline]
    pub fn permit_owned(self: &Arc<Self>) -> Permitting<Arc<BoundedSemaphore>> {
        Permitting(Passage::new(self.clone()))
    }

    /// See [`Semaphore::try_permit`].
    #[inline]
    pub fn try_permit(&self) -> Option<Permit<&BoundedSemaphore>> {
        try_now(self).then(|| Permit { semaphore: self })
    }

    /// Gives a unit back: `BoundedSemaphore.release`.
    ///
    /// # Errors
    ///
    /// `ValueError` if there are as many as in the beginning.
    #[inline]
    pub fn release(&self) -> Result<(), ValueError> {
        self.semaphore.release_below(self.bound)
    }

    /// See [`Semaphore::locked`]: `BoundedSemaphore.locked`.
    pub fn locked(&self) -> bool {
        self.semaphore.locked()
    }
}

/// Of one unit.
impl Default for BoundedSemaphore {
    fn default() -> Self {
        BoundedSemaphore::new(1)
    }
}

/// `<BoundedSemaphore [unlocked, value:2]>`
impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.semaphore.describe("BoundedSemaphore", f)
    }
}

impl Gate for BoundedSemaphore {
    #[inline]
    fn name(&self) -> &'static &'static str {
        &"BoundedSemaphore.acquire"
    }

    #[inline]
    fn waiters(&self) -> &Waiters {
        &self.semaphore.waiters
    }

    #[inline]
    fn try_pass(&self) -> bool {
        self.semaphore.try_pass()
    }

    fn try_pass_line(&self, line: &mut Line<'_>) -> bool {
        self.semaphore.try_pass_line(line)
    }

    fn pass(&self) {
        self.semaphore.pass();
    }

    fn give_up(&self, line: &mut Line<'_>, left: Left) {
        self.semaphore.give_up(line, left);
    }
}

/// The future of [`Semaphore::acquire`] and [`BoundedSemaphore::acquire`].
#[derive(Debug)]
#[must_use = "nothing is taken until this is awaited"]
pub struct AcquireSemaphore<'a>(Passage<&'a Semaphore>);

impl Future for AcquireSemaphore<'_> {
    type Output = Result<(), CancelledError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

/// The future of `permit` and `permit_owned`.
#[derive(Debug)]
#[must_use = "nothing is taken until this is awaited"]
pub struct Permitting<S: Gate>(Passage<S>);

impl<S: Gate + Deref<Target: Units> + Clone + Unpin> Future for Permitting<S> {
    type Output = Result<Permit<S>, CancelledError>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map_ok(|()| Permit {
            semaphore: self.0.gate().clone(),
        })
    }
}

/// A unit of a [`Semaphore`] or a [`BoundedSemaphore`], given back when dropped.
///
/// If a bounded semaphore is full by then, because somebody called `release`, the exception handler of the running loop is
/// told.
#[must_use = "the unit is given back when the permit is dropped"]
pub struct Permit<S: Deref<Target: Units>> {
    semaphore: S,
}

/// A [`Permit`] that can outlive the place where it was taken.
pub type OwnedPermit<S = Semaphore> = Permit<Arc<S>>;

impl<S: Deref<Target: Units>> Permit<S> {
    /// The semaphore.
    pub fn semaphore(&self) -> &S {
        &self.semaphore
    }
}

impl<S: Deref<Target: Units>> Drop for Permit<S> {
    #[inline]
    fn drop(&mut self) {
        if let Err(error) = self.semaphore.give_back() {
            report("Permit", error);
        }
    }
}

impl<S: Deref<Target: Units>> fmt::Debug for Permit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Permit of {:?}>", &*self.semaphore)
    }
}

/// A semaphore of either kind.
pub trait Units: Gate + fmt::Debug {
    /// What dropping a permit does.
    #[doc(hidden)]
    fn give_back(&self) -> Result<(), ValueError>;
}

impl Units for Semaphore {
    #[inline]
    fn give_back(&self) -> Result<(), ValueError> {
        self.release();
        Ok(())
    }
}

impl Units for BoundedSemaphore {
    #[inline]
    fn give_back(&self) -> Result<(), ValueError> {
        self.release()
    }
}
