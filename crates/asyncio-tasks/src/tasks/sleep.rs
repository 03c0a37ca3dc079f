//! [`sleep`]. Mirrors `asyncio.tasks.sleep`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio_executor::layer::Timer;
use asyncio_executor::{EventLoop, IntoDelay, Result, ValueError};

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
        suspension: Suspension::of(&"sleep"),
        timer: None,
    }
}

/// The future of [`sleep`].
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    /// Seconds.
    delay: f64,
    suspension: Suspension,
    /// Set while it waits.
    timer: Option<Timer>,
}

impl Future for Sleep {
    type Output = Result<()>;

    #[inline]
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.delay <= 0.0 {
            return self.suspension.pass_once(cx).map_err(Into::into);
        }
        self.poll_timer(cx)
    }
}

impl Sleep {
    #[track_caller]
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.delay.is_nan() {
            let error = ValueError::with_message("Invalid delay: NaN (not a number)");
            return Poll::Ready(Err(error.into()));
        }
        if let Err(cancelled) = self.suspension.resume() {
            self.timer = None;
            return Poll::Ready(Err(cancelled.into()));
        }
        match &self.timer {
            Some(timer) if timer.poll(cx.waker()) => return Poll::Ready(Ok(())),
            Some(_) => {}
            None => {
                let event_loop = EventLoop::current();
                let when = event_loop.time() + self.delay;
                self.timer = Some(Timer::wake_at(&event_loop, when, cx.waker()));
            }
        }
        self.suspension.suspend();
        Poll::Pending
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Sleep of {} seconds>", self.delay)
    }
}
