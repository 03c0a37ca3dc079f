//! [`try_gather`]: a `gather` that fails as a whole. asyncio has none.

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::future::Future as StdFuture;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncio_executor::{CancelledError, Error, EventLoop, Result};

use super::gather::{Children, IntoGather, check_loops, distinct};
use crate::callbacks::{Awaiter, OnDone};
use crate::futures::{Future, Plain};
use crate::state::{AnyFuture, Phase, State};

/// Runs awaitables concurrently and gives their results in order; the first error cancels all the others, which are waited
/// for, and is returned.
///
/// It takes what [`gather`](crate::gather()) takes, and starts it at the call, too. Where `gather` leaves the others running
/// after an error, nothing outlives the await of this one. A [`TaskGroup`](crate::TaskGroup) does the same for tasks that
/// come one by one, and gathers all errors in an `ExceptionGroup`; here there is one error, as it was.
///
/// An error that another child raises while it ends is not lost: it stays in that child's task, and is reported to the
/// loop's exception handler as never retrieved, unless the caller has a handle and looks at it. That a child is
/// cancelled by this function is no error; that somebody else cancels one, is.
///
/// # Cancel safety
///
/// Cancelling the task cancels every child, waits for all of them, and returns the `CancelledError`, or the first error
/// that is none. Dropped, it can only cancel them, which end by themselves then.
///
/// # Errors
///
/// The first error of a child; `CancelledError` if it was cancelled; otherwise as `gather`.
///
/// # Panics
///
/// Without a running loop.
///
/// ```
/// use asyncio_tasks::{Task, ValueError, create_task, sleep, try_gather};
///
/// # asyncio_tasks::run(async {
/// let (number, text) = try_gather((async { Ok(1) }, async { Ok("two") })).await?;
/// assert_eq!((number, text), (1, "two"));
/// assert_eq!(try_gather((0..3).map(|n| async move { Ok(n * n) })).await?, [0, 1, 4]);
///
/// let slow: Task<()> = create_task(sleep(3600.0));
/// let failing = async { Err::<(), _>(ValueError::with_message("bad").into()) };
/// let error = try_gather((&slow, failing)).await.unwrap_err();
/// assert!(error.is::<ValueError>());
/// assert!(slow.cancelled());
/// # Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn try_gather<M, A: IntoGather<M>>(
    awaitables: A,
) -> TryGather<<A::Children as Children>::Output> {
    let event_loop = EventLoop::current();
    let location = Location::caller();
    let children = awaitables.into_children(&event_loop, location);
    let future = Attempt::start(children, &event_loop, location);
    TryGather { future }
}

/// The future of [`try_gather`].
#[must_use = "dropping it cancels what it was given"]
pub struct TryGather<T: 'static> {
    future: Future<T>,
}

impl<T: 'static> StdFuture for TryGather<T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<T: 'static> Drop for TryGather<T> {
    fn drop(&mut self) {
        if !self.future.done() {
            self.future.cancel();
        }
    }
}

impl<T: 'static> fmt::Debug for TryGather<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TryGather {:?}>", self.future)
    }
}

/// A [`try_gather`] under way. The outer future owns it, by way of its cancel hook; the children's callbacks refer to it
/// weakly.
struct Attempt<C: Children> {
    children: C,
    outer: OnceCell<Weak<State<Plain, C::Output>>>,
    /// How many children are not done.
    left: Cell<usize>,
    course: Cell<Course>,
    /// What it will fail with.
    error: RefCell<Option<Error>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Nothing has gone wrong.
    Good,
    /// A child has failed, and the others were cancelled.
    Failed,
    /// It was cancelled from outside, and the children with it.
    Cancelled,
}

impl<C: Children> Attempt<C> {
    fn start(
        children: C,
        event_loop: &EventLoop,
        location: &'static Location<'static>,
    ) -> Future<C::Output> {
        let distinct = distinct(&children);
        let attempt = Rc::new(Attempt {
            children,
            outer: OnceCell::new(),
            left: Cell::new(distinct.len()),
            course: Cell::new(Course::Good),
            error: RefCell::default(),
        });
        let outer = Future::with_cancel_hook(event_loop, location, &"try_gather", {
            let attempt = attempt.clone();
            move |msg| attempt.cancel(msg)
        });
        let _ = attempt.outer.set(Rc::downgrade(&outer.state));
        attempt.watch(&distinct, event_loop);
        outer
    }

    fn watch(self: &Rc<Self>, distinct: &[Rc<dyn AnyFuture>], event_loop: &EventLoop) {
        if let Err(error) = check_loops(distinct, event_loop) {
            return self.end(Err(error.into()));
        }
        if distinct.is_empty() {
            return self.end(self.children.outcomes());
        }
        let attempt: Weak<dyn Child> = Rc::<Self>::downgrade(self);
        let callback = Rc::new(ChildDone(attempt));
        for child in distinct.iter().filter(|child| !child.core().done()) {
            child.on_done(callback.clone());
        }
        for child in distinct.iter().filter(|child| child.core().done()) {
            self.child_done(&**child);
        }
    }

    fn cancel(&self, msg: Option<Arc<str>>) -> bool {
        if self.course.get() == Course::Good {
            self.course.set(Course::Cancelled);
        }
        self.cancel_children(msg)
    }

    fn cancel_children(&self, msg: Option<Arc<str>>) -> bool {
        let mut any = false;
        self.children.each(&mut |child| {
            if !child.0.core().done() {
                any |= child.0.cancel(msg.clone());
            }
        });
        any
    }

    fn fail(&self, child: &dyn AnyFuture, error: Error) {
        child.mark_retrieved();
        self.error.replace(Some(error));
        if self.course.replace(Course::Failed) == Course::Good {
            self.cancel_children(None);
        }
    }

    /// What comes of it when all children are done.
    fn outcome(&self) -> Result<C::Output> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        match self.course.get() {
            Course::Good => self.children.outcomes(),
            Course::Failed | Course::Cancelled => Err(self.cancelled_error()),
        }
    }

    /// That of the first child that has one.
    fn cancelled_error(&self) -> Error {
        let mut first = None;
        self.children.each(&mut |child| {
            let cancelled = child.0.core().phase() == Phase::Cancelled;
            if first.is_none() && cancelled {
                first = child.0.outcome_error();
            }
        });
        first.unwrap_or_else(|| CancelledError::new().into())
    }

    fn end(&self, outcome: Result<C::Output>) {
        let outer = self.outer.get().and_then(Weak::upgrade);
        if let Some(outer) = outer.filter(|outer| !outer.core().done()) {
            outer.finish(outcome);
        }
    }
}

trait Child {
    fn child_done(&self, child: &dyn AnyFuture);

    /// The future that is done when all are, unless it is.
    fn pending(&self) -> Option<Rc<dyn AnyFuture>>;
}

impl<C: Children> Child for Attempt<C> {
    fn child_done(&self, child: &dyn AnyFuture) {
        self.left.set(self.left.get() - 1);
        let was_cancelled = child.core().phase() == Phase::Cancelled;
        match (self.course.get(), child.outcome_error()) {
            (Course::Good, Some(error)) => self.fail(child, error),
            (Course::Cancelled, Some(error)) if !was_cancelled => self.fail(child, error),
            // The first one wins; others stay where they are, to be reported.
            _ => {}
        }
        if self.left.get() == 0 {
            self.end(self.outcome());
        }
    }

    fn pending(&self) -> Option<Rc<dyn AnyFuture>> {
        let outer: Rc<dyn AnyFuture> = self.outer.get()?.upgrade()?;
        Some(outer).filter(|outer| !outer.core().done())
    }
}

/// The done callback of the children.
struct ChildDone(Weak<dyn Child>);

impl OnDone for ChildDone {
    fn call(&self, child: Rc<dyn AnyFuture>) -> Result<()> {
        if let Some(attempt) = self.0.upgrade() {
            attempt.child_done(&*child);
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        let outer = self.0.upgrade().and_then(|attempt| attempt.pending());
        outer
            .into_iter()
            .for_each(|outer| visit(Awaiter::Future(outer)));
    }

    fn name(&self) -> &'static str {
        "try_gather"
    }
}
