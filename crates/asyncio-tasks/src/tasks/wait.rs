//! [`wait`]. Mirrors `asyncio.tasks.wait`.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use asyncio_executor::{EventLoop, Result, TimerHandle, ValueError};

use super::distinct::Distinct;
use super::{AnyTask, FutureLike, Task};
use crate::callbacks::{Awaiter, OnDone};
use crate::futures::Future;
use crate::state::{AnyFuture, Phase};
use crate::timeouts::{IntoTimeout, invalid_delay};

/// Waits for tasks and futures, without raising their errors: `asyncio.wait`.
///
/// Returns those that are done and those that are not, each in the order of the argument; what is given twice is
/// returned once. Items may be handles or references to handles. Neither a timeout nor a cancellation touches the tasks
/// and futures, and a timeout is no error. Coroutines must become tasks first.
///
/// # Cancel safety
///
/// Cancelled or dropped, it only stops waiting.
///
/// # Errors
///
/// `ValueError` if there are no items or the timeout is NaN.
///
/// # Panics
///
/// When polled without a running loop.
///
/// ```
/// use asyncio_tasks::{FIRST_COMPLETED, create_task, sleep, wait};
///
/// # asyncio_tasks::run(async {
/// let tasks = [create_task(sleep(3600.0)), create_task(sleep(0.001))];
/// let (done, pending) = wait(&tasks).timeout(60.0).return_when(FIRST_COMPLETED).await?;
/// assert_eq!((done, pending), (vec![&tasks[1]], vec![&tasks[0]]));
/// # tasks[0].cancel();
/// # Ok(()) }).unwrap();
/// ```
pub fn wait<I>(futures: I) -> Wait<I::Item>
where
    I: IntoIterator,
    I::Item: Waitable,
{
    let mut seen = Distinct::default();
    let items = futures.into_iter();
    Wait {
        items: items.filter(|item| seen.add(item.waited().0)).collect(),
        timeout: None,
        return_when: ALL_COMPLETED,
        waiting: None,
    }
}

/// When [`wait`] returns: the constants of `asyncio.wait(return_when=...)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnWhen {
    /// When one is done.
    FirstCompleted,
    /// When one has failed; being cancelled is no failure. If none fails, when all are done.
    FirstException,
    /// When all are done.
    #[default]
    AllCompleted,
}

/// [`wait`] returns when one is done: `asyncio.FIRST_COMPLETED`.
pub const FIRST_COMPLETED: ReturnWhen = ReturnWhen::FirstCompleted;
/// [`wait`] returns when one has failed, or else all are done: `asyncio.FIRST_EXCEPTION`.
pub const FIRST_EXCEPTION: ReturnWhen = ReturnWhen::FirstException;
/// [`wait`] returns when all are done: `asyncio.ALL_COMPLETED`.
pub const ALL_COMPLETED: ReturnWhen = ReturnWhen::AllCompleted;

/// The future of [`wait`].
#[must_use = "nothing happens until it is awaited"]
pub struct Wait<W: Waitable> {
    items: Vec<W>,
    timeout: Option<f64>,
    return_when: ReturnWhen,
    /// Set by the first poll.
    waiting: Option<Waiting>,
}

impl<W: Waitable> Wait<W> {
    /// Returns after this time in any case: `timeout=`.
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.timeout = timeout.into_timeout();
        self
    }

    /// What to wait for, if not for all: `return_when=`.
    pub fn return_when(mut self, return_when: ReturnWhen) -> Self {
        self.return_when = return_when;
        self
    }

    fn start(&self) -> Result<Waiting> {
        if self.items.is_empty() {
            return Err(ValueError::with_message("Set of Tasks/Futures is empty.").into());
        }
        if self.timeout.is_some_and(f64::is_nan) {
            return Err(invalid_delay().into());
        }
        let event_loop = EventLoop::current();
        let waiter = Future::waiter(&event_loop, &"wait");
        let counter = Rc::new(Counter {
            left: Cell::new(self.items.len()),
            return_when: self.return_when,
            waiter: waiter.clone(),
            timer: OnceCell::new(),
        });
        if let Some(timeout) = self.timeout {
            let waiter = waiter.clone();
            let release = move || waiter.done() || waiter.set_result(()).is_ok();
            let timer = event_loop.call_later(timeout, release);
            let _ = counter.timer.set(timer);
        }
        for item in &self.items {
            item.waited().0.on_done(counter.clone());
        }
        Ok(Waiting { waiter, counter })
    }

    fn stop(&mut self) {
        let Some(Waiting { counter, .. }) = self.waiting.take() else {
            return;
        };
        counter.stop_timer();
        let target: Rc<dyn OnDone> = counter;
        for item in &self.items {
            item.waited().0.remove_equal(&target);
        }
    }
}

impl<W: Waitable> std::future::Future for Wait<W> {
    type Output = Result<(Vec<W>, Vec<W>)>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.waiting.is_none() {
            this.waiting = Some(this.start()?);
        }
        if let Some(waiting) = &mut this.waiting {
            let outcome = ready!(Pin::new(&mut waiting.waiter).poll(cx));
            this.stop();
            outcome?;
        }
        let items = std::mem::take(&mut this.items).into_iter();
        Poll::Ready(Ok(items.partition(|item| item.waited().0.core().done())))
    }
}

/// Nothing in it is pinned.
impl<W: Waitable> Unpin for Wait<W> {}

impl<W: Waitable> Drop for Wait<W> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<W: Waitable> fmt::Debug for Wait<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<Wait for {} of {:?}>",
            self.items.len(),
            self.return_when
        )
    }
}

/// What [`wait`] can wait for: a [`Task`], a [`Future`], a [`FutureLike`], an [`AnyTask`], or a reference to one.
pub trait Waitable {
    /// It, without the type of its result.
    fn waited(&self) -> Waited;
}

/// A task or future without the type of its result: what [`wait`] waits for, and what a
/// [`FutureCallGraph`](crate::FutureCallGraph) shows.
#[derive(Clone)]
pub struct Waited(pub(crate) Rc<dyn AnyFuture>);

impl Waited {
    /// The task, if it is one.
    pub fn as_task(&self) -> Option<AnyTask> {
        self.0.as_task().map(|_| AnyTask::new(self.0.clone()))
    }

    /// The name, if it is a task: `Task.get_name`.
    pub fn get_name(&self) -> Option<String> {
        self.0.as_task().map(|task| task.name())
    }

    /// Whether there is an outcome: `Future.done`.
    pub fn done(&self) -> bool {
        self.0.core().done()
    }

    /// A number that no other task or future has at the same time: Python's `id`.
    pub fn id(&self) -> usize {
        self.0.id()
    }
}

impl<W: Waitable> PartialEq<W> for Waited {
    /// Whether it is that task or future.
    fn eq(&self, other: &W) -> bool {
        self.0.is(&other.waited().0)
    }
}

impl fmt::Debug for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
    }
}

impl<T: 'static> Waitable for Task<T> {
    fn waited(&self) -> Waited {
        Waited(self.state.clone())
    }
}

impl<T: 'static> Waitable for Future<T> {
    fn waited(&self) -> Waited {
        Waited(self.state.clone())
    }
}

impl<T: 'static> Waitable for FutureLike<T> {
    fn waited(&self) -> Waited {
        Waited(self.any())
    }
}

impl Waitable for AnyTask {
    fn waited(&self) -> Waited {
        Waited(self.future().clone())
    }
}

impl Waitable for Waited {
    fn waited(&self) -> Waited {
        self.clone()
    }
}

impl<W: Waitable> Waitable for &W {
    fn waited(&self) -> Waited {
        W::waited(self)
    }
}

/// A [`wait`] that has begun.
struct Waiting {
    waiter: Future<()>,
    counter: Rc<Counter>,
}

/// Told of each that is done; decides when to stop waiting.
struct Counter {
    left: Cell<usize>,
    return_when: ReturnWhen,
    waiter: Future<()>,
    timer: OnceCell<TimerHandle>,
}

impl Counter {
    fn stop_timer(&self) {
        if let Some(timer) = self.timer.get() {
            timer.cancel();
        }
    }
}

impl OnDone for Counter {
    fn call(&self, future: Rc<dyn AnyFuture>) -> Result<()> {
        self.left.set(self.left.get() - 1);
        let enough = match self.return_when {
            _ if self.left.get() == 0 => true,
            ReturnWhen::FirstCompleted => true,
            ReturnWhen::FirstException => failed(&*future),
            ReturnWhen::AllCompleted => false,
        };
        if enough {
            self.stop_timer();
            if !self.waiter.done() {
                self.waiter.set_result(())?;
            }
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        visit(Awaiter::Future(self.waiter.state.clone()));
    }

    fn name(&self) -> &'static str {
        "wait"
    }
}

/// Whether it ended with an exception, which counts as retrieved then.
fn failed(future: &dyn AnyFuture) -> bool {
    if future.core().phase() == Phase::Cancelled {
        return false;
    }
    future.mark_retrieved();
    future.outcome_error().is_some()
}
