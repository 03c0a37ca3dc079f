//! [`ensure_future`]: a task or future as it is, and anything else as a new task. Mirrors
//! `asyncio.tasks.ensure_future`.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio_executor::{Error, EventLoop, Result};

use super::{Task, TaskOptions};
use crate::futures::Future;
use crate::state::AnyFuture;

/// A [`Task`] or a [`Future`]: Python's "future-like object".
///
/// ```
/// use asyncio_tasks::{create_task, ensure_future, run};
///
/// run(async {
///     let task = create_task(async { Ok(1) });
///     assert_eq!(ensure_future(task.clone()).as_task(), Some(&task));
///     ensure_future(async { Ok(2) }).await
/// }).unwrap();
/// ```
pub enum FutureLike<T: 'static> {
    /// A task.
    Task(Task<T>),
    /// A plain future.
    Future(Future<T>),
}

impl<T: 'static> FutureLike<T> {
    /// The task, if it is one.
    pub fn as_task(&self) -> Option<&Task<T>> {
        match self {
            FutureLike::Task(task) => Some(task),
            FutureLike::Future(_) => None,
        }
    }

    /// Asks it to cancel; false if it is done.
    pub fn cancel(&self) -> bool {
        self.any().cancel(None)
    }

    /// Whether there is an outcome.
    pub fn done(&self) -> bool {
        self.any().core().done()
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> bool {
        match self {
            FutureLike::Task(task) => task.cancelled(),
            FutureLike::Future(future) => future.cancelled(),
        }
    }

    /// A copy of the result.
    ///
    /// # Errors
    ///
    /// As [`Future::result`].
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        match self {
            FutureLike::Task(task) => task.result(),
            FutureLike::Future(future) => future.result(),
        }
    }

    /// The exception, or `None` if there is a result.
    ///
    /// # Errors
    ///
    /// As [`Future::exception`].
    pub fn exception(&self) -> Result<Option<Error>> {
        crate::state::exception(&*self.any())
    }

    pub(crate) fn any(&self) -> Rc<dyn AnyFuture> {
        match self {
            FutureLike::Task(task) => task.state.clone(),
            FutureLike::Future(future) => future.state.clone(),
        }
    }

    /// Moves the outcome out.
    pub(crate) fn take(&self) -> Result<T> {
        match self {
            FutureLike::Task(task) => task.state.take(),
            FutureLike::Future(future) => future.state.take(),
        }
    }
}

impl<T: 'static> Clone for FutureLike<T> {
    fn clone(&self) -> Self {
        match self {
            FutureLike::Task(task) => FutureLike::Task(task.clone()),
            FutureLike::Future(future) => FutureLike::Future(future.clone()),
        }
    }
}

impl<T: 'static> fmt::Debug for FutureLike<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.any().describe(f)
    }
}

impl<T: 'static> std::future::Future for FutureLike<T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match &mut *self {
            FutureLike::Task(task) => Pin::new(task).poll(cx),
            FutureLike::Future(future) => Pin::new(future).poll(cx),
        }
    }
}

/// What can become a task or future: a coroutine (any Rust future of a `Result<T>`), a [`Task`], a [`Future`].
pub trait EnsureFuture<T: 'static>:
    std::future::Future<Output = Result<T>> + Sized + 'static
{
    /// The task or future itself, or a new task of `event_loop`.
    #[doc(hidden)]
    fn ensure(self, event_loop: &EventLoop, location: &'static Location<'static>) -> FutureLike<T> {
        let mut this = Some(self);
        let any: &mut dyn Any = &mut this;
        if let Some(task) = any.downcast_mut::<Option<Task<T>>>() {
            return FutureLike::Task(task.take().expect("just put there"));
        }
        if let Some(future) = any.downcast_mut::<Option<Future<T>>>() {
            return FutureLike::Future(future.take().expect("just put there"));
        }
        if let Some(either) = any.downcast_mut::<Option<FutureLike<T>>>() {
            return either.take().expect("just put there");
        }
        let coro = this.expect("just put there");
        FutureLike::Task(Task::spawn(
            event_loop,
            coro,
            TaskOptions::default(),
            location,
        ))
    }
}

impl<T: 'static, F: std::future::Future<Output = Result<T>> + 'static> EnsureFuture<T> for F {}

/// The task or future itself, or a new task of the running loop for a coroutine: `asyncio.ensure_future`.
///
/// # Panics
///
/// Without a running loop.
#[track_caller]
pub fn ensure_future<T: 'static>(awaitable: impl EnsureFuture<T>) -> FutureLike<T> {
    awaitable.ensure(&EventLoop::current(), Location::caller())
}

/// Whether it is a task or future already: `asyncio.isfuture`.
pub(crate) fn is_future<T: 'static>(awaitable: &dyn Any) -> bool {
    awaitable.is::<Task<T>>() || awaitable.is::<Future<T>>() || awaitable.is::<FutureLike<T>>()
}
