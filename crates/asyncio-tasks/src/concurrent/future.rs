//! [`Future`]: a result that threads wait for. Mirrors `concurrent.futures.Future`.

use std::any::type_name;
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use asyncio_executor::{
    CallbackOutput, CancelledError, Error, EventLoop, EventLoopProxy, InvalidStateError,
    PausedWork, Result, RuntimeError, TimeoutError, caught, log,
};

use super::chain::wrap_future_in;
use super::wait::Waiter;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::timeouts::IntoTimeout;

/// A result that threads wait for: `concurrent.futures.Future`.
///
/// A cheap clone, `Send + Sync`. Its methods block the calling thread. A coroutine awaits it: that is
/// [`wrap_future`](super::wrap_future) on the running loop, so that it moves the result out, and that a cancelled task
/// cancels the work if it has not begun.
///
/// ```
/// use asyncio_tasks::concurrent::Future;
///
/// let future = Future::new();
/// let producer = std::thread::spawn({ let future = future.clone(); move || future.set_result(42) });
/// assert_eq!(future.result(None)?, 42);
/// producer.join().unwrap()?;
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
pub struct Future<T>(Arc<Shared<T>>);

struct Shared<T> {
    /// The loop in virtual time that completes this, or has been told of the work as outside work.
    known_to: Option<EventLoopProxy>,
    state: Mutex<State<T>>,
    done: Condvar,
}

struct State<T> {
    phase: Phase<T>,
    callbacks: Vec<Callback<T>>,
    /// Those who wait for several futures, with the number that each has given to this one.
    waiters: Vec<(Arc<Waiter>, usize)>,
    /// Threads inside of `wait`. While there are none, the end needs no system call.
    blocked: usize,
    /// The work of those of them that the loop does not wait for meanwhile.
    paused: Vec<PausedWork>,
}

type Callback<T> = Box<dyn FnOnce(&Future<T>) -> Result<()> + Send>;

enum Phase<T> {
    /// The work has not begun.
    Pending,
    /// The work has begun, and can no longer be cancelled.
    Running,
    /// Cancelled, which nobody has acted upon.
    Cancelled,
    /// Cancelled, and whoever would have done the work knows.
    CancelledAndNotified,
    /// There is a result or an exception. `None` after the result was moved out.
    Finished(Option<Result<T>>),
}

impl<T> Future<T> {
    /// A pending future.
    pub fn new() -> Self {
        Future::known_to(None)
    }

    /// A pending future of work that this loop need not be told of.
    pub(crate) fn known_to(event_loop: Option<EventLoopProxy>) -> Self {
        let state = State {
            phase: Phase::Pending,
            callbacks: Vec::new(),
            waiters: Vec::new(),
            blocked: 0,
            paused: Vec::new(),
        };
        Future(Arc::new(Shared {
            known_to: event_loop,
            state: Mutex::new(state),
            done: Condvar::new(),
        }))
    }

    /// Waits for the result and clones it: `Future.result`.
    ///
    /// # Errors
    ///
    /// The exception that was set; `CancelledError`; `TimeoutError` if it is not done in time; `InvalidStateError` if the
    /// result was moved out.
    pub fn result(&self, timeout: impl IntoTimeout) -> Result<T>
    where
        T: Clone,
    {
        self.outcome(timeout, |outcome| outcome.clone())
    }

    /// Waits for the result and moves it out.
    ///
    /// # Errors
    ///
    /// As [`result`](Future::result).
    pub fn take_result(&self, timeout: impl IntoTimeout) -> Result<T> {
        self.outcome(timeout, |outcome| match outcome {
            Some(Err(error)) => Some(Err(error.clone())),
            _ => outcome.take(),
        })
    }

    /// Waits for the exception, `None` if there is a result: `Future.exception`.
    ///
    /// # Errors
    ///
    /// `CancelledError`; `TimeoutError` if it is not done in time.
    pub fn exception(&self, timeout: impl IntoTimeout) -> Result<Option<Error>> {
        match &self.wait(timeout)?.phase {
            Phase::Finished(Some(Err(error))) => Ok(Some(error.clone())),
            Phase::Finished(_) => Ok(None),
            _ => Err(CancelledError::new().into()),
        }
    }

    /// Cancels the work; false if it has begun: `Future.cancel`.
    pub fn cancel(&self) -> bool {
        let mut state = self.lock();
        match state.phase {
            Phase::Running | Phase::Finished(_) => return false,
            Phase::Cancelled | Phase::CancelledAndNotified => return true,
            Phase::Pending => state.phase = Phase::Cancelled,
        }
        self.completed(state);
        true
    }

    /// Whether it was cancelled: `Future.cancelled`.
    pub fn cancelled(&self) -> bool {
        matches!(
            self.lock().phase,
            Phase::Cancelled | Phase::CancelledAndNotified
        )
    }

    /// Whether the work has begun and not ended: `Future.running`.
    pub fn running(&self) -> bool {
        matches!(self.lock().phase, Phase::Running)
    }

    /// Whether it was cancelled or there is an outcome: `Future.done`.
    pub fn done(&self) -> bool {
        self.lock().phase.is_done()
    }

    /// Calls `callback` with this future when it is done, in the thread that completes it, or at once if it is:
    /// `Future.add_done_callback`. An error or a panic of the callback is logged.
    pub fn add_done_callback<F, R>(&self, callback: F)
    where
        F: FnOnce(&Future<T>) -> R + Send + 'static,
        R: CallbackOutput,
    {
        let callback: Callback<T> = Box::new(|future| callback(future).into_result());
        let mut state = self.lock();
        if state.phase.is_done() {
            drop(state);
            self.invoke(callback);
        } else {
            state.callbacks.push(callback);
        }
    }

    /// For whoever does the work: begins it, or learns that it was cancelled: `Future.set_running_or_notify_cancel`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the work has begun or ended already.
    pub fn set_running_or_notify_cancel(&self) -> Result<bool, RuntimeError> {
        let mut state = self.lock();
        match state.phase {
            Phase::Pending => {
                state.phase = Phase::Running;
                Ok(true)
            }
            Phase::Cancelled => {
                state.phase = Phase::CancelledAndNotified;
                Ok(false)
            }
            _ => Err(RuntimeError::with_message("Future in unexpected state")),
        }
    }

    /// For whoever does the work: ends it with a result: `Future.set_result`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if it is done.
    pub fn set_result(&self, result: T) -> Result<(), InvalidStateError> {
        self.finish(Ok(result))
    }

    /// For whoever does the work: ends it with an exception: `Future.set_exception`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if it is done.
    pub fn set_exception(&self, exception: impl Into<Error>) -> Result<(), InvalidStateError> {
        self.finish(Err(exception.into()))
    }

    pub(super) fn finish(&self, outcome: Result<T>) -> Result<(), InvalidStateError> {
        let mut state = self.lock();
        if state.phase.is_done() {
            let text = format!("{}: {:?}", state.phase.name(), self.described(&state));
            return Err(InvalidStateError::with_message(text));
        }
        state.phase = Phase::Finished(Some(outcome));
        self.completed(state);
        Ok(())
    }

    fn completed(&self, mut state: MutexGuard<'_, State<T>>) {
        let callbacks = std::mem::take(&mut state.callbacks);
        let waiters = std::mem::take(&mut state.waiters);
        let has_failed = state.phase.has_failed();
        let is_awaited = state.blocked > 0;
        state.paused.clear();
        drop(state);
        if is_awaited {
            self.0.done.notify_all();
        }
        for (waiter, number) in waiters {
            waiter.add(number, has_failed);
        }
        for callback in callbacks {
            self.invoke(callback);
        }
    }

    fn invoke(&self, callback: Callback<T>) {
        if let Err(error) = caught(|| callback(self)) {
            log::error(format_args!(
                "exception calling callback for {self:?}\n{error:?}"
            ));
        }
    }

    fn outcome(
        &self,
        timeout: impl IntoTimeout,
        get: impl FnOnce(&mut Option<Result<T>>) -> Option<Result<T>>,
    ) -> Result<T> {
        match &mut self.wait(timeout)?.phase {
            Phase::Finished(outcome) => get(outcome).unwrap_or_else(|| {
                Err(InvalidStateError::with_message("The result was moved out.").into())
            }),
            _ => Err(CancelledError::new().into()),
        }
    }

    fn wait(&self, timeout: impl IntoTimeout) -> Result<MutexGuard<'_, State<T>>> {
        let mut state = self.lock();
        if state.phase.is_done() {
            return Ok(state);
        }
        let deadline = timeout.into_timeout().and_then(deadline);
        let paused = self.0.known_to.as_ref().and_then(PausedWork::pause);
        let is_paused = paused.is_some();
        state.paused.extend(paused);
        while !state.phase.is_done() {
            state.blocked += 1;
            let (woken, is_late) = wait_until(&self.0.done, state, deadline);
            state = woken;
            state.blocked -= 1;
            if is_late && !state.phase.is_done() {
                if is_paused {
                    state.paused.pop();
                }
                return Err(TimeoutError::new().into());
            }
        }
        Ok(state)
    }

    /// Tells `waiter` when this is done, or at once.
    pub(super) fn enlist(&self, waiter: &Arc<Waiter>, number: usize) {
        let mut state = self.lock();
        if state.phase.is_done() {
            let has_failed = state.phase.has_failed();
            drop(state);
            waiter.add(number, has_failed);
        } else {
            state.waiters.push((waiter.clone(), number));
        }
    }

    /// The waiter has what it wants.
    pub(super) fn dismiss(&self, waiter: &Arc<Waiter>) {
        let mut state = self.lock();
        state
            .waiters
            .retain(|(other, _)| !Arc::ptr_eq(other, waiter));
    }

    /// The loop that need not be told of the work.
    pub(super) fn is_known_to(&self) -> Option<&EventLoopProxy> {
        self.0.known_to.as_ref()
    }

    /// What tells this future from others.
    pub(super) fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn described(&self, state: &State<T>) -> String {
        let name = state.phase.name().to_ascii_lowercase();
        let outcome = match &state.phase {
            Phase::Finished(Some(Err(error))) => format!(" raised {}", error.type_name()),
            Phase::Finished(_) => format!(" returned {}", type_name::<T>()),
            _ => String::new(),
        };
        let at = self.address();
        format!("<Future at {at:p} state={name}{outcome}>")
    }
}

impl<T> Phase<T> {
    fn is_done(&self) -> bool {
        !matches!(self, Phase::Pending | Phase::Running)
    }

    fn has_failed(&self) -> bool {
        matches!(self, Phase::Finished(Some(Err(_))))
    }

    fn name(&self) -> &'static str {
        match self {
            Phase::Pending => "PENDING",
            Phase::Running => "RUNNING",
            Phase::Cancelled => "CANCELLED",
            Phase::CancelledAndNotified => "CANCELLED_AND_NOTIFIED",
            Phase::Finished(_) => "FINISHED",
        }
    }
}

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Future(self.0.clone())
    }
}

impl<T> Default for Future<T> {
    fn default() -> Self {
        Future::new()
    }
}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.described(&self.lock()))
    }
}

/// Awaits the result on the running loop, and moves it out.
///
/// # Panics
///
/// Without a running loop.
impl<T: Send + 'static> IntoFuture for Future<T> {
    type Output = Result<T>;
    type IntoFuture = crate::Future<T>;

    #[track_caller]
    fn into_future(self) -> crate::Future<T> {
        wrap_future_in(&self, &EventLoop::current(), Location::caller())
    }
}

/// When a timeout of that many seconds ends; `None` if that is beyond all clocks, or NaN.
pub(super) fn deadline(seconds: f64) -> Option<Instant> {
    let timeout = Duration::try_from_secs_f64(seconds.max(0.0)).ok()?;
    Instant::now().checked_add(timeout)
}

/// Waits for a notification, at most until `deadline`; whether that has passed.
pub(super) fn wait_until<'a, S>(
    changed: &Condvar,
    state: MutexGuard<'a, S>,
    deadline: Option<Instant>,
) -> (MutexGuard<'a, S>, bool) {
    let Some(deadline) = deadline else {
        let woken = changed.wait(state);
        return (woken.unwrap_or_else(PoisonError::into_inner), false);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return (state, true);
    }
    let woken = changed.wait_timeout(state, left);
    (woken.unwrap_or_else(PoisonError::into_inner).0, false)
}
