//! [`wait_for`]. Mirrors `asyncio.tasks.wait_for`.

use std::any::type_name;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::ops::ControlFlow;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use asyncio_executor::{Error, EventLoop, Result, RuntimeError, TimeoutError};
use pin_project_lite::pin_project;

use super::scope::poll_for_future;
use super::{FutureLike, Task, TaskOptions, with_current};
use crate::callbacks::{Awaiter, OnDone};
use crate::futures::{Future, Shared};
use crate::state::AnyFuture;
use crate::timeouts::{Entered, IntoTimeout, invalid_delay};

/// Awaits `awaitable` in the current task, and cancels it if it takes longer than `timeout`: `asyncio.wait_for`.
///
/// A coroutine runs inline, as if it were awaited, and may borrow locals. If it swallows the cancellation and returns a
/// value, that value is returned. With a timeout of zero or less a finished task or future gives its result, an
/// unfinished one is cancelled and waited for, and a coroutine never starts, whatever the task factory says. `None` is no
/// timeout.
///
/// # Cancel safety
///
/// Cancelling the task cancels what it awaits here. Dropped, the coroutine is dropped and its timer cancelled; a task or
/// future goes on.
///
/// # Errors
///
/// Those of the awaitable; `TimeoutError`, caused by the `CancelledError`, if the time was up; `ValueError` if the
/// timeout is NaN; `RuntimeError` outside of a task.
///
/// ```
/// use asyncio_tasks::{TimeoutError, sleep, wait_for};
///
/// # asyncio_tasks::run(async {
/// let name = String::from("borrowed");
/// let greet = async {
///     sleep(0.001).await?;
///     Ok(format!("hello {name}"))
/// };
/// assert_eq!(wait_for(greet, 60.0).await?, "hello borrowed");
/// let late = wait_for(sleep(3600.0), 0.001).await;
/// assert!(late.unwrap_err().is::<TimeoutError>());
/// # Ok(()) }).unwrap();
/// ```
pub fn wait_for<T, F>(awaitable: F, timeout: impl IntoTimeout) -> WaitFor<F::IntoFuture>
where
    F: IntoFuture<Output = Result<T>>,
{
    WaitFor {
        body: Some(awaitable.into_future()),
        stage: Stage::Unstarted(timeout.into_timeout()),
    }
}

pin_project! {
    /// The future of [`wait_for`].
    #[must_use = "nothing happens until it is awaited"]
    pub struct WaitFor<F> {
        // `None` once it was dropped.
        #[pin]
        body: Option<F>,
        stage: Stage,
    }
}

enum Stage {
    /// Not polled yet; with the timeout in seconds.
    Unstarted(Option<f64>),
    /// Awaiting the body without a deadline.
    Unlimited,
    /// Awaiting the body under a deadline.
    Limited(Entered),
    /// There was no time: waiting for the end of what was cancelled at once.
    Ending(Ending),
    /// Over.
    Done,
}

impl<T, F: StdFuture<Output = Result<T>>> StdFuture for WaitFor<F> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        if let Stage::Unstarted(timeout) = *this.stage {
            match begin(this.body.as_mut(), timeout) {
                ControlFlow::Continue(stage) => *this.stage = stage,
                ControlFlow::Break(outcome) => return Poll::Ready(outcome),
            }
        }
        let outcome = match this.stage {
            Stage::Unlimited => ready!(alive(this.body).poll(cx)),
            Stage::Limited(entered) => ready!(entered.scope().poll(this.body, cx)),
            Stage::Ending(ending) => ready!(ending.poll(this.body, cx)),
            Stage::Unstarted(_) | Stage::Done => unreachable!("polled after it was ready"),
        };
        Poll::Ready(match std::mem::replace(this.stage, Stage::Done) {
            Stage::Limited(entered) => entered.exit(outcome),
            _ => outcome,
        })
    }
}

impl<F> fmt::Debug for WaitFor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<WaitFor>")
    }
}

/// The stage that follows from the timeout, or the outcome that is there already.
fn begin<T, F: StdFuture<Output = Result<T>>>(
    body: Pin<&mut Option<F>>,
    timeout: Option<f64>,
) -> ControlFlow<Result<T>, Stage> {
    match timeout {
        None => ControlFlow::Continue(Stage::Unlimited),
        Some(timeout) if timeout.is_nan() => ControlFlow::Break(Err(invalid_delay().into())),
        Some(timeout) if timeout <= 0.0 => end_at_once(body),
        Some(timeout) => match Entered::after(Some(timeout)) {
            Ok(entered) => ControlFlow::Continue(Stage::Limited(entered)),
            Err(error) => ControlFlow::Break(Err(error)),
        },
    }
}

/// COMB-05: the result of what is done; what is not is cancelled.
fn end_at_once<T, F: StdFuture<Output = Result<T>>>(
    mut body: Pin<&mut Option<F>>,
) -> ControlFlow<Result<T>, Stage> {
    if with_current(|task| task.is_none()) {
        let text = "Timeout should be used inside a task";
        return ControlFlow::Break(Err(RuntimeError::with_message(text).into()));
    }
    if !is_handle::<F>() {
        body.set(None);
        // It is cancelled in the place of the coroutine. DIFFERENCE: an eager task factory of CPython starts the
        // coroutine, although it should never start; here it is no task's, as it may borrow.
        let options = TaskOptions::default();
        let unstarted = Task::start(
            &EventLoop::current(),
            async { Ok(()) },
            options,
            Location::caller(),
        );
        return ControlFlow::Continue(Stage::Ending(Ending::of(unstarted.state.clone())));
    }
    // It must not wake this task: the waiter does, when the future's other callbacks have run.
    let mut quiet = Context::from_waker(Waker::noop());
    let (polled, awaited) = poll_for_future(alive(body), &mut quiet);
    match (polled, awaited) {
        (Poll::Ready(outcome), _) => ControlFlow::Break(outcome),
        (_, Some(future)) => ControlFlow::Continue(Stage::Ending(Ending::of(future))),
        // The await was refused, and the next poll says why.
        _ => ControlFlow::Continue(Stage::Unlimited),
    }
}

/// Whether `F` is a handle, which polling once does not start. By its name, because a `TypeId` needs a type that is
/// `'static`, which a coroutine that borrows is not.
fn is_handle<F>() -> bool {
    let handles = [
        type_name::<Task<()>>(),
        type_name::<Future<()>>(),
        type_name::<FutureLike<()>>(),
        type_name::<Shared<'_, ()>>(),
    ];
    let name = type_name::<F>();
    let is = |handle: &str| {
        let generic = handle.split_inclusive('<').next();
        generic.is_some_and(|generic| name.starts_with(generic))
    };
    name.ends_with('>') && handles.into_iter().any(is)
}

fn alive<F>(body: Pin<&mut Option<F>>) -> Pin<&mut F> {
    body.as_pin_mut()
        .expect("dropped where it was not needed any more")
}

/// Waits for a future that was cancelled, and can be cancelled itself: `_cancel_and_wait`.
struct Ending {
    future: Rc<dyn AnyFuture>,
    release: Rc<dyn OnDone>,
    waiter: Future<()>,
}

impl Ending {
    fn of(future: Rc<dyn AnyFuture>) -> Self {
        let waiter = Future::waiter(future.core().event_loop(), &"wait_for");
        let release: Rc<dyn OnDone> = Rc::new(Release(waiter.clone()));
        future.on_done(release.clone());
        future.clone().cancel(None);
        Ending {
            future,
            release,
            waiter,
        }
    }

    #[track_caller]
    fn poll<T, F: StdFuture<Output = Result<T>>>(
        &mut self,
        body: Pin<&mut Option<F>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        ready!(Pin::new(&mut self.waiter).poll(cx))?;
        let outcome = match (body.as_pin_mut(), self.future.outcome_error()) {
            (Some(handle), _) => ready!(handle.poll(cx)),
            (None, Some(error)) => Err(error),
            (None, None) => unreachable!("what never started ends cancelled"),
        };
        Poll::Ready(outcome.map_err(|error| match error.is_cancelled() {
            true => Error::from(TimeoutError::new()).caused_by(error),
            false => error,
        }))
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.future.remove_equal(&self.release);
    }
}

/// Completes a waiter: `_release_waiter`.
struct Release(Future<()>);

impl OnDone for Release {
    fn call(&self, _future: Rc<dyn AnyFuture>) -> Result<()> {
        if !self.0.done() {
            self.0.set_result(())?;
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        visit(Awaiter::Future(self.0.state.clone()));
    }

    fn name(&self) -> &'static str {
        "wait_for"
    }
}
