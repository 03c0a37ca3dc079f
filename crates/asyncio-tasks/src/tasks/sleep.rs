//! [`sleep`]. Mirrors `asyncio.tasks.sleep`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio_executor::{EventLoop, IntoDelay, Result, TimerHandle, ValueError};

use crate::futures::Future;
use crate::suspension::Suspension;

/// Suspends the current task for `delay`: `asyncio.sleep`.
///
/// A delay of zero or less suspends exactly once, for one pass over everything that is scheduled.
///
/// # Cancel safety
///
/// Cancelled or dropped, the timer is cancelled.
///
/// # Errors
///
/// `CancelledError` if the task is cancelled meanwhile, `ValueError` if the delay is NaN.
///
/// # Panics
///
/// When polled without a running loop.
///
/// ```
/// # asyncio_tasks::run(async {
/// asyncio_tasks::sleep(0.001).await?;
/// asyncio_tasks::sleep(std::time::Duration::from_millis(1)).await?;
/// # Ok(()) }).unwrap();
/// ```
pub fn sleep(delay: impl IntoDelay) -> Sleep {
    Sleep {
        delay: delay.into_delay(),
        pass: Suspension::new(),
        timer: None,
    }
}

/// The future of [`sleep`].
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    /// Seconds.
    delay: f64,
    /// The one pass of a sleep of zero.
    pass: Suspension,
    timer: Option<Timer>,
}

/// A timer that completes a future.
struct Timer {
    future: Future<()>,
    handle: TimerHandle,
}

impl Timer {
    #[track_caller]
    fn start(delay: f64) -> Self {
        let event_loop = EventLoop::current();
        let future = Future::new(&event_loop);
        let handle = event_loop.call_later(delay, {
            let future = future.clone();
            move || future.done() || future.set_result(()).is_ok()
        });
        Timer { future, handle }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.handle.cancel();
    }
}

impl std::future::Future for Sleep {
    type Output = Result<()>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.delay <= 0.0 {
            return self.pass.pass_once(cx).map_err(Into::into);
        }
        self.poll_timer(cx)
    }
}

impl Sleep {
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.delay.is_nan() {
            let error = ValueError::with_message("Invalid delay: NaN (not a number)");
            return Poll::Ready(Err(error.into()));
        }
        let timer = self.timer.get_or_insert_with(|| Timer::start(self.delay));
        let outcome = Pin::new(&mut timer.future).poll(cx);
        if outcome.is_ready() {
            self.timer = None;
        }
        outcome
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Sleep of {} seconds>", self.delay)
    }
}
