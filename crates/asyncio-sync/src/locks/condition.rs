//! [`Condition`]: a lock, and waiting for a change of what it guards. Mirrors `asyncio.locks.Condition`.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use asyncio_tasks::{CancelledError, Result, RuntimeError, outside_of_scopes};

use super::lock::{Acquire, Lock};
use super::report;
use crate::waiters::{Gate, Left, Line, Passage, Waiters};

/// A lock, and a line of those who wait until somebody has changed what it guards: `asyncio.Condition`.
///
/// The lock is its own, or shared: `L` is then an `Rc<Lock>`, an `Arc<Lock>` or a `&Lock`.
///
/// ```
/// use asyncio_sync::Condition;
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// asyncio_tasks::run(async {
///     let condition = Rc::new(Condition::new());
///     let items = Rc::new(Cell::new(0));
///     let consumer = asyncio_tasks::create_task({
///         let (condition, items) = (condition.clone(), items.clone());
///         async move {
///             let mut guard = condition.lock().await?; // async with condition:
///             guard.wait_for(|| items.get() > 0).await?;
///             items.set(items.get() - 1);
///             Ok(())
///         }
///     });
///     asyncio_tasks::sleep(0).await?;
///     let guard = condition.lock().await?;
///     items.set(1);
///     condition.notify(1)?;
///     drop(guard);
///     consumer.await
/// }).unwrap();
/// ```
#[derive(Default)]
pub struct Condition<L: Borrow<Lock> = Lock> {
    lock: L,
    notifications: Notifications,
}

impl Condition {
    /// A condition with a lock of its own.
    pub const fn new() -> Self {
        Condition::with_lock(Lock::new())
    }
}

impl<L: Borrow<Lock>> Condition<L> {
    /// A condition on a lock that others may use as well.
    pub const fn with_lock(lock: L) -> Self {
        Condition {
            lock,
            notifications: Notifications(Waiters::new()),
        }
    }

    /// Takes the lock: `Condition.acquire`. See [`Lock::acquire`].
    pub fn acquire(&self) -> Acquire<'_> {
        self.lock.borrow().acquire()
    }

    /// Takes the lock until the guard is dropped: `async with condition`.
    ///
    /// # Cancel safety
    ///
    /// As [`Lock::acquire`].
    ///
    /// # Errors
    ///
    /// As [`Lock::acquire`].
    pub async fn lock(&self) -> Result<ConditionGuard<'_, L>, CancelledError> {
        self.acquire().await?;
        Ok(ConditionGuard {
            condition: self,
            held: true,
        })
    }

    /// Frees the lock: `Condition.release`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the lock is not acquired.
    pub fn release(&self) -> Result<(), RuntimeError> {
        self.lock.borrow().release()
    }

    /// Whether somebody has the lock: `Condition.locked`.
    pub fn locked(&self) -> bool {
        self.lock.borrow().locked()
    }

    /// Frees the lock, waits to be notified, and takes the lock again: `Condition.wait`.
    ///
    /// It may return without a notification: check what you wait for, or use [`wait_for`](Condition::wait_for).
    ///
    /// # Cancel safety
    ///
    /// Cancelled, it returns with the lock taken again, however often it is cancelled meanwhile. Dropped midway, it
    /// leaves the lock free: with a [`ConditionGuard`], use [`ConditionGuard::wait`], which then knows it. A
    /// notification that it had passes to the next in line.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the lock is not acquired, `CancelledError` (the last one) if the task was cancelled.
    pub fn wait(&self) -> ConditionWait<'_, L> {
        ConditionWait {
            condition: self,
            state: WaitState::Start,
        }
    }

    /// Waits until `predicate` is true, which is asked first and after every notification: `Condition.wait_for`.
    ///
    /// # Cancel safety
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    pub async fn wait_for(&self, mut predicate: impl FnMut() -> bool) -> Result<()> {
        while !predicate() {
            self.wait().await?;
        }
        Ok(())
    }

    /// Wakes the first `n` who wait: `Condition.notify`. They go on when they have got the lock.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the lock is not acquired.
    pub fn notify(&self, n: usize) -> Result<(), RuntimeError> {
        if !self.locked() {
            let text = "cannot notify on un-acquired lock";
            return Err(RuntimeError::with_message(text));
        }
        self.notify_unlocked(n);
        Ok(())
    }

    /// Wakes all who wait: `Condition.notify_all`.
    ///
    /// # Errors
    ///
    /// As [`notify`](Condition::notify).
    pub fn notify_all(&self) -> Result<(), RuntimeError> {
        self.notify(usize::MAX)
    }

    /// Python's `_notify`.
    pub(super) fn notify_unlocked(&self, n: usize) {
        if !self.notifications.0.is_empty() {
            self.notifications.0.lock().wake(n);
        }
    }
}

/// `<Condition [locked, waiters:1]>`
impl<L: Borrow<Lock>> fmt::Debug for Condition<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.locked() { "locked" } else { "unlocked" };
        write!(f, "<Condition [{state}, {:?}]>", self.notifications.0)
    }
}

/// The gate that only a notification opens.
#[derive(Default)]
struct Notifications(Waiters);

impl Gate for Notifications {
    fn name(&self) -> &'static &'static str {
        &"Condition.wait"
    }

    fn waiters(&self) -> &Waiters {
        &self.0
    }

    fn try_pass(&self) -> bool {
        false
    }

    fn try_pass_line(&self, _line: &mut Line<'_>) -> bool {
        false
    }

    #[inline]
    fn pass(&self) {}

    /// The notification is passed on when the lock has been taken again.
    fn give_up(&self, _line: &mut Line<'_>, _left: Left) {}
}

/// The future of [`Condition::wait`].
#[must_use = "nothing waits until this is awaited"]
pub struct ConditionWait<'a, L: Borrow<Lock> = Lock> {
    condition: &'a Condition<L>,
    state: WaitState<'a>,
}

enum WaitState<'a> {
    /// Not polled yet: the caller has the lock.
    Start,
    /// The lock is free, and no notification has come.
    Waiting(Passage<&'a Notifications>),
    /// Notified or cancelled: about to take the lock again, and to return this.
    Acquiring(Passage<&'a Lock>, Result<(), CancelledError>),
    /// The lock is taken again, or never was.
    Done,
}

impl<L: Borrow<Lock>> ConditionWait<'_, L> {
    /// Whether it has freed the lock and not taken it again.
    fn is_midway(&self) -> bool {
        matches!(self.state, WaitState::Waiting(_) | WaitState::Acquiring(..))
    }

    fn start(&mut self, cx: &mut Context<'_>) -> Result<(), RuntimeError> {
        self.state = WaitState::Done;
        if !self.condition.locked() {
            let text = "cannot wait on un-acquired lock";
            return Err(RuntimeError::with_message(text));
        }
        // In line before the lock is free, so that no notification is missed.
        let mut waiting = Passage::new(&self.condition.notifications);
        let _pending = waiting.poll(cx);
        self.condition.release()?;
        self.state = WaitState::Waiting(waiting);
        Ok(())
    }
}

impl<L: Borrow<Lock>> Future for ConditionWait<'_, L> {
    type Output = Result<()>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                WaitState::Start => {
                    this.start(cx)?;
                    return Poll::Pending;
                }
                WaitState::Waiting(waiting) => {
                    let outcome = ready!(waiting.poll(cx));
                    let acquiring = Passage::new(this.condition.lock.borrow());
                    this.state = WaitState::Acquiring(acquiring, outcome);
                }
                WaitState::Acquiring(acquiring, outcome) => {
                    match ready!(outside_of_scopes(|| acquiring.poll(cx))) {
                        Ok(()) => {
                            let outcome = outcome.clone();
                            this.state = WaitState::Done;
                            if outcome.is_err() {
                                // It may have been notified: another one shall know.
                                this.condition.notify_unlocked(1);
                            }
                            return Poll::Ready(outcome.map_err(Into::into));
                        }
                        Err(cancelled) => {
                            *acquiring = Passage::new(this.condition.lock.borrow());
                            *outcome = Err(cancelled);
                        }
                    }
                }
                WaitState::Done => panic!("polled after it had ended"),
            }
        }
    }
}

impl<L: Borrow<Lock>> Drop for ConditionWait<'_, L> {
    fn drop(&mut self) {
        let notified = match &mut self.state {
            WaitState::Start | WaitState::Done => false,
            WaitState::Waiting(waiting) => waiting.give_up() == Some(Left::WithTurn),
            WaitState::Acquiring(..) => true,
        };
        if notified {
            self.condition.notify_unlocked(1);
        }
    }
}

impl<L: Borrow<Lock>> fmt::Debug for ConditionWait<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            WaitState::Start => "not started",
            WaitState::Waiting(_) => "waiting",
            WaitState::Acquiring(..) => "acquiring",
            WaitState::Done => "done",
        })
    }
}

/// Has the lock of a [`Condition`], and releases it when dropped.
///
/// If the lock is not acquired any more by then, because somebody called [`Condition::release`], the exception handler of
/// the running loop is told.
#[must_use = "the lock is released when the guard is dropped"]
pub struct ConditionGuard<'a, L: Borrow<Lock> = Lock> {
    condition: &'a Condition<L>,
    /// False after a wait that was dropped midway.
    held: bool,
}

impl<'a, L: Borrow<Lock>> ConditionGuard<'a, L> {
    /// The condition.
    pub fn condition(&self) -> &'a Condition<L> {
        self.condition
    }

    /// As [`Condition::wait`]. Dropped midway, the guard has no lock to release any more.
    ///
    /// # Cancel safety
    ///
    /// As [`Condition::wait`].
    ///
    /// # Errors
    ///
    /// As [`Condition::wait`]; `RuntimeError` if an earlier wait was dropped midway.
    pub fn wait(&mut self) -> GuardWait<'_, L> {
        let state = if self.held {
            WaitState::Start
        } else {
            WaitState::Done
        };
        GuardWait {
            wait: ConditionWait {
                condition: self.condition,
                state,
            },
            held: &mut self.held,
        }
    }

    /// As [`Condition::wait_for`].
    ///
    /// # Cancel safety
    ///
    /// As [`ConditionGuard::wait`].
    ///
    /// # Errors
    ///
    /// As [`ConditionGuard::wait`].
    pub async fn wait_for(&mut self, mut predicate: impl FnMut() -> bool) -> Result<()> {
        while !predicate() {
            self.wait().await?;
        }
        Ok(())
    }
}

impl<L: Borrow<Lock>> Drop for ConditionGuard<'_, L> {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        if let Err(error) = self.condition.release() {
            report("ConditionGuard", error);
        }
    }
}

impl<L: Borrow<Lock>> fmt::Debug for ConditionGuard<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ConditionGuard of {:?}>", self.condition)
    }
}

/// The future of [`ConditionGuard::wait`].
#[derive(Debug)]
#[must_use = "nothing waits until this is awaited"]
pub struct GuardWait<'g, L: Borrow<Lock> = Lock> {
    wait: ConditionWait<'g, L>,
    held: &'g mut bool,
}

impl<L: Borrow<Lock>> Future for GuardWait<'_, L> {
    type Output = Result<()>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if !*self.held {
            let text = "cannot wait on un-acquired lock";
            return Poll::Ready(Err(RuntimeError::with_message(text).into()));
        }
        Pin::new(&mut self.wait).poll(cx)
    }
}

impl<L: Borrow<Lock>> Drop for GuardWait<'_, L> {
    fn drop(&mut self) {
        if self.wait.is_midway() {
            *self.held = false;
        }
    }
}
