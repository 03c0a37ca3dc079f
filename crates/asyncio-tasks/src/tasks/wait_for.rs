//! [`wait_for`]. Mirrors `asyncio.tasks.wait_for`.

use std::any::type_name;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use asyncio_executor::{ContextCell, EventLoop, Result, RuntimeError};
use pin_project_lite::pin_project;

use super::scope::Siblings;
use super::{FutureLike, Task, with_current};
use crate::futures::{Future, Shared};
use crate::state::{AnyFuture, OnDone};
use crate::suspension::{STEP, WaitsOn};
use crate::timeouts::{Entered, IntoTimeout, Timeout, invalid_delay, overdue};

/// Awaits `awaitable` in the current task, and cancels it if it takes longer than `timeout`: `asyncio.wait_for`.
///
/// A coroutine runs inline, as if it were awaited, and may borrow locals. If it swallows the cancellation and returns a
/// value, that value is returned. With a timeout of zero or less a finished task or future gives its result, an
/// unfinished one is cancelled and waited for, and a coroutine never starts. `None` is no timeout.
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
/// # Panics
///
/// When polled without a running loop.
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
#[track_caller]
pub fn wait_for<T, F>(awaitable: F, timeout: impl IntoTimeout) -> WaitFor<F::IntoFuture>
where
    F: IntoFuture<Output = Result<T>>,
{
    WaitFor {
        body: Some(awaitable.into_future()),
        stage: Stage::Unstarted(timeout.into_timeout()),
        location: Location::caller(),
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
        location: &'static Location<'static>,
    }
}

enum Stage {
    /// Not polled yet; with the timeout.
    Unstarted(Option<f64>),
    /// Awaiting the body without a deadline.
    Unlimited,
    /// Awaiting the body under a deadline.
    Limited(Entered),
    /// There was no time: waiting for what was cancelled at once.
    Ending(Ending),
    /// Over.
    Done,
}

impl<T, F: StdFuture<Output = Result<T>>> StdFuture for WaitFor<F> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if let Stage::Unstarted(timeout) = self.stage {
            match self.as_mut().start(timeout, cx) {
                Ok(Some(outcome)) => return Poll::Ready(outcome),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        let this = self.project();
        let outcome = match this.stage {
            Stage::Unlimited => ready!(poll_alive(this.body, cx)),
            Stage::Limited(entered) => ready!(entered.scope().poll(this.body, cx)),
            Stage::Ending(ending) => {
                let ended = ready!(Pin::new(&mut ending.waiter).poll(cx));
                ended.and_then(|()| ending.outcome(this.body, cx))
            }
            Stage::Unstarted(_) | Stage::Done => unreachable!("polled after it was ready"),
        };
        Poll::Ready(match std::mem::replace(this.stage, Stage::Done) {
            Stage::Limited(entered) => entered.exit(outcome),
            _ => outcome,
        })
    }
}

impl<T, F: StdFuture<Output = Result<T>>> WaitFor<F> {
    /// Enters the stage that follows from the timeout, or returns the result that is already there.
    fn start(
        self: Pin<&mut Self>,
        timeout: Option<f64>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Result<T>>> {
        let this = self.project();
        *this.stage = match timeout {
            None => Stage::Unlimited,
            Some(timeout) if timeout > 0.0 => Stage::Limited(Timeout::after(timeout).begin()?),
            Some(timeout) if timeout.is_nan() => return Err(invalid_delay().into()),
            Some(_) if !with_current(|task| task.is_some()) => {
                let text = "Timeout should be used inside a task";
                return Err(RuntimeError::with_message(text).into());
            }
            Some(_) => match end_at_once(this.body, cx, this.location) {
                Poll::Ready(outcome) => return Ok(Some(outcome)),
                Poll::Pending(stage) => stage,
            },
        };
        Ok(None)
    }
}

impl<F> fmt::Debug for WaitFor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match &self.stage {
            Stage::Unstarted(_) => "unstarted",
            Stage::Unlimited | Stage::Limited(_) | Stage::Ending(_) => "pending",
            Stage::Done => "done",
        };
        write!(f, "<WaitFor {stage} created at {}>", self.location)
    }
}
