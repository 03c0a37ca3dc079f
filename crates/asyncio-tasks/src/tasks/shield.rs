//! [`shield`]. Mirrors `asyncio.tasks.shield`.

use std::panic::Location;
use std::rc::{Rc, Weak};

use asyncio_executor::{EventLoop, Result};

use super::FutureLike;
use super::awaitable::{Awaitable, Child, How, handle_of};
use crate::callbacks::{Awaiter, OnDone};
use crate::futures::{Future, Plain};
use crate::state::{AnyFuture, State, cancelled};

/// Protects a task or future from the cancellation of those who await it: `asyncio.shield`.
///
/// Cancelling what is returned, or a task that awaits it, does not touch the awaitable; if the awaitable itself is
/// cancelled, so is what is returned. A task or future that is done is returned as it is. A coroutine becomes a task.
///
/// See [`Awaitable`] for what becomes of a handle. Given by reference, as it should be if others want the result too, it
/// keeps its result; if it is done, a future with a copy of its outcome is returned.
///
/// # Cancel safety
///
/// Cancelled or dropped, the awaitable goes on. An error that it ends with afterwards is reported like that of any
/// future which nobody awaits.
///
/// # Errors
///
/// Awaiting it gives those of the awaitable, and `CancelledError` if either of the two is cancelled.
///
/// # Panics
///
/// Without a running loop.
///
/// ```
/// use asyncio_tasks::{create_task, shield, sleep, wait_for};
///
/// # asyncio_tasks::run(async {
/// let precious = create_task(async {
///     sleep(0.01).await?;
///     Ok("saved")
/// });
/// assert!(wait_for(shield(&precious), 0.001).await.is_err());
/// assert_eq!(precious.await?, "saved");
/// # Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn shield<A: Awaitable>(awaitable: A) -> FutureLike<A::Output> {
    let child = awaitable.into_child(&EventLoop::current(), Location::caller());
    let inner = child.any();
    let Child { future, how, .. } = child;
    if inner.core().done() && matches!(how, How::Moved) {
        return future;
    }
    let outer = Future::waiter(inner.core().event_loop(), &"shield");
    if inner.core().done() {
        pass_on(&future, &how, &outer.state);
        return FutureLike::Future(outer);
    }
    let inner_done: Rc<dyn OnDone> = Rc::new(InnerDone {
        outer: Rc::downgrade(&outer.state),
        how,
    });
    inner.on_done(inner_done.clone());
    let outer_any: Rc<dyn AnyFuture> = outer.state.clone();
    outer_any.on_done(Rc::new(OuterDone { inner, inner_done }));
    FutureLike::Future(outer)
}

/// Passes the outcome on to the outer future, if that is still there.
struct InnerDone<T: 'static> {
    outer: Weak<State<Plain, T>>,
    how: How<T>,
}

impl<T: 'static> OnDone for InnerDone<T> {
    fn call(&self, inner: Rc<dyn AnyFuture>) -> Result<()> {
        let Some(outer) = self.outer.upgrade().filter(|outer| !outer.core().done()) else {
            return Ok(());
        };
        pass_on(&handle_of(inner), &self.how, &outer);
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        if let Some(outer) = self.outer.upgrade() {
            visit(Awaiter::Future(outer));
        }
    }

    fn name(&self) -> &'static str {
        "shield"
    }
}

fn pass_on<T: 'static>(inner: &FutureLike<T>, how: &How<T>, outer: &Rc<State<Plain, T>>) {
    match inner.cancelled() {
        true => outer.finish_cancelled(cancelled(None)),
        false => outer.finish(how.outcome(inner)),
    }
}

/// Belongs to the outer future; leaves the inner one alone when that is done, or gone.
struct OuterDone {
    inner: Rc<dyn AnyFuture>,
    inner_done: Rc<dyn OnDone>,
}

impl OnDone for OuterDone {
    fn call(&self, _outer: Rc<dyn AnyFuture>) -> Result<()> {
        Ok(())
    }
}

impl Drop for OuterDone {
    fn drop(&mut self) {
        self.inner.remove_equal(&self.inner_done);
    }
}
