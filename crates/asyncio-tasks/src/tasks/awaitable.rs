//! [`Awaitable`]: what `gather`, `shield` and `as_completed` take.

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::{EventLoop, Result, caught};

use super::{EnsureFuture, FutureLike, Task, is_future};
use crate::futures::{FromAny, Future, Shared};
use crate::state::AnyFuture;

/// What [`gather`](crate::gather), [`shield`](crate::shield) and [`as_completed`](crate::as_completed) take: a coroutine,
/// which becomes a task; a [`Task`], [`Future`] or [`FutureLike`]; or a reference to one of these three.
///
/// As with `.await`, a handle that is given by value has its result moved out of it: who holds another handle gets an
/// `InvalidStateError` instead. Of a handle that is given by reference, the result is cloned. Another type that is
/// `IntoFuture`, but no `Future`, can implement this by way of the future that it becomes.
///
/// ```
/// use asyncio_tasks::{create_task, gather};
///
/// # asyncio_tasks::run(async {
/// let task = create_task(async { Ok(6) });
/// let (a, b, c) = gather((&task, async { Ok(7) }, &task)).await?;
/// assert_eq!((a, b, c, task.result()?), (6, 7, 6, 6));
/// # Ok(()) }).unwrap();
/// ```
pub trait Awaitable: Sized {
    /// What awaiting it gives.
    type Output: 'static;

    /// The task or future itself, or a new task of `event_loop`.
    #[doc(hidden)]
    fn into_child(
        self,
        event_loop: &EventLoop,
        location: &'static Location<'static>,
    ) -> Child<Self::Output>;
}

impl<T: 'static, F: std::future::Future<Output = Result<T>> + 'static> Awaitable for F {
    type Output = T;

    fn into_child(self, event_loop: &EventLoop, location: &'static Location<'static>) -> Child<T> {
        let is_new = !is_future::<T>(&self);
        let child = Child::moved(self.ensure(event_loop, location));
        Child { is_new, ..child }
    }
}

macro_rules! by_reference {
    ($($handle:ident)*) => {$(
        impl<T: Clone + 'static> Awaitable for &$handle<T> {
            type Output = T;

            fn into_child(
                self,
                _event_loop: &EventLoop,
                _location: &'static Location<'static>,
            ) -> Child<T> {
                Child::cloned(self.clone().into())
            }
        }
    )*};
}

by_reference!(Task Future FutureLike);

impl<T: 'static> From<Task<T>> for FutureLike<T> {
    fn from(task: Task<T>) -> Self {
        FutureLike::Task(task)
    }
}

impl<T: 'static> From<Future<T>> for FutureLike<T> {
    fn from(future: Future<T>) -> Self {
        FutureLike::Future(future)
    }
}

impl<'a, T: Clone + 'static> IntoFuture for &'a FutureLike<T> {
    type Output = Result<T>;
    type IntoFuture = Shared<'a, T>;

    fn into_future(self) -> Shared<'a, T> {
        match self {
            FutureLike::Task(task) => task.into_future(),
            FutureLike::Future(future) => future.into_future(),
        }
    }
}

impl<T: 'static> PartialEq for FutureLike<T> {
    /// Whether both are handles to the same task or future.
    fn eq(&self, other: &Self) -> bool {
        self.any().is(&other.any())
    }
}

impl<T: 'static> PartialEq<Task<T>> for FutureLike<T> {
    fn eq(&self, other: &Task<T>) -> bool {
        self.as_task() == Some(other)
    }
}

impl<T: 'static> PartialEq<Future<T>> for FutureLike<T> {
    fn eq(&self, other: &Future<T>) -> bool {
        matches!(self, FutureLike::Future(future) if future == other)
    }
}

/// A task or future as a combinator holds it.
#[doc(hidden)]
pub struct Child<T: 'static> {
    pub(super) future: FutureLike<T>,
    pub(super) how: How<T>,
    /// Whether it is a task that was made of a coroutine for the combinator.
    is_new: bool,
}

impl<T: 'static> Child<T> {
    pub(super) fn moved(future: FutureLike<T>) -> Self {
        let how = How::Moved;
        Child {
            future,
            how,
            is_new: false,
        }
    }

    fn cloned(future: FutureLike<T>) -> Self
    where
        T: Clone,
    {
        let how = How::Cloned(FutureLike::result);
        Child {
            future,
            how,
            is_new: false,
        }
    }

    /// Like `gather`'s own children, a new task is not reported when the loop is closed before its end (TASK-20).
    pub(super) fn unreported(self) -> Self {
        if let (true, Some(task)) = (self.is_new, self.future.as_task()) {
            task.state.head.kind.expect_destruction();
        }
        self
    }

    pub(super) fn any(&self) -> Rc<dyn AnyFuture> {
        self.future.any()
    }

    pub(super) fn outcome(&self) -> Result<T> {
        self.how.outcome(&self.future)
    }
}

impl<T: 'static> fmt::Debug for Child<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.future.fmt(f)
    }
}

/// How a combinator gets at a child's result.
pub(super) enum How<T: 'static> {
    /// It is moved out of the child.
    Moved,
    /// It is cloned.
    Cloned(fn(&FutureLike<T>) -> Result<T>),
}

impl<T: 'static> How<T> {
    /// The outcome of `future`. A panic of `T`'s own `clone` is one.
    pub(super) fn outcome(&self, future: &FutureLike<T>) -> Result<T> {
        match self {
            How::Moved => future.take(),
            How::Cloned(clone) => caught(|| clone(future)),
        }
    }
}

/// The handle to `future`, which is known to give a `T`.
pub(super) fn handle_of<T: 'static>(future: Rc<dyn AnyFuture>) -> FutureLike<T> {
    let any = future.to_any();
    let task = Task::from_any(any.clone()).map(FutureLike::Task);
    task.or_else(|| Future::from_any(any).map(FutureLike::Future))
        .expect("a callback is called with its own future")
}
