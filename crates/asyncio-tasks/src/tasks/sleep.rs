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
        stage: Stage::Unstarted,
    }
}

/// The future of [`sleep`].
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    /// Seconds.
    delay: f64,
    stage: Stage,
}

enum Stage {
    /// Not polled yet.
    Unstarted,
    /// Suspended for one pass.
    Passing(Suspension),
    /// Waiting for the timer to complete the future.
    Timing(Future<()>, TimerHandle),
    /// Over.
    Done,
}

impl Sleep {
    fn start(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.delay.is_nan() {
            let error = ValueError::with_message("Invalid delay: NaN (not a number)");
            return Poll::Ready(Err(error.into()));
        }
        if self.delay <= 0.0 {
            let mut suspension = Suspension::new();
            suspension.suspend();
            cx.waker().wake_by_ref();
            self.stage = Stage::Passing(suspension);
            return Poll::Pending;
        }
        let event_loop = EventLoop::current();
        let future = Future::new(&event_loop);
        let timer = event_loop.call_later(self.delay, {
            let future = future.clone();
            move || future.done() || future.set_result(()).is_ok()
        });
        self.stage = Stage::Timing(future, timer);
        Pin::new(self).poll(cx)
    }
}

impl std::future::Future for Sleep {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let result = match &mut self.stage {
            Stage::Unstarted => return self.start(cx),
            Stage::Passing(suspension) => suspension.resume().map_err(Into::into),
            Stage::Timing(future, timer) => {
                let Poll::Ready(result) = Pin::new(future).poll(cx) else {
                    return Poll::Pending;
                };
                timer.cancel();
                result
            }
            Stage::Done => unreachable!("polled after it was ready"),
        };
        self.stage = Stage::Done;
        Poll::Ready(result)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Stage::Timing(_, timer) = &self.stage {
            timer.cancel();
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Sleep of {} seconds>", self.delay)
    }
}
