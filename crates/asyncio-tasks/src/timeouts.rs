//! [`Timeout`], [`timeout`], [`timeout_at`]: a deadline for a stretch of a task. Mirrors `asyncio.timeouts`.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use asyncio_executor::layer::{Alarm, Timer};
use asyncio_executor::{
    ContextCell, Error, EventLoop, Handle, IntoDelay, Result, RuntimeError, TimeoutError,
    ValueError, get_running_loop,
};

use crate::cancel_scopes::cancelled_here;
use crate::exception_group::ExceptionGroup;
use crate::tasks::{Scope, running_task};

/// Runs `body` in the current task, and cancels it if it takes longer than `delay`: `async with asyncio.timeout(delay)`.
///
/// The body may borrow the locals around it, and is given the [`Timeout`], to look at it or to move the deadline. A
/// delay of `None` sets no deadline; the time starts when the returned future is first polled. What the body awaits
/// when the deadline passes returns a [`CancelledError`](crate::CancelledError); when the body ends with that error, it
/// becomes a [`TimeoutError`]. A body that does not suspend, or swallows the error, is not stopped.
///
/// Only one await is cancelled, once, as by [`Task::cancel`](crate::Task::cancel). To do several things at once in the body,
/// use [`gather`](crate::gather) or a [`TaskGroup`](crate::TaskGroup), which pass it on to all, rather than a `join!`; or
/// [`fail_after`](crate::fail_after), which cancels every branch of it, and every await until the body has ended. A
/// future that knows nothing of asyncio is dropped, with the rest of the body.
///
/// # Cancel safety
///
/// Cancelling the task cancels the body. Dropped, the body is dropped, and the deadline is off.
///
/// # Errors
///
/// Those of the body; `TimeoutError`, caused by the `CancelledError`, if the deadline cut it short and nobody else had
/// asked the task to cancel; `ValueError` if the delay is NaN; `RuntimeError` outside of a task.
///
/// An error that was caused by that `CancelledError` comes out with the `TimeoutError` among its causes, and so do the
/// members of an [`ExceptionGroup`].
///
/// ```
/// use asyncio_tasks::{TimeoutError, sleep, timeout};
///
/// # asyncio_tasks::run(async {
/// let mut steps = Vec::new();
/// let outcome = timeout(0.01, async |cm| {
///     steps.push("begun");
///     assert!(!cm.expired());
///     sleep(3600.0).await?;
///     steps.push("not reached");
///     Ok(())
/// });
/// assert!(outcome.await.unwrap_err().is::<TimeoutError>());
/// assert_eq!(steps, ["begun"]);
///
/// let three = timeout(None, async |cm| {
///     cm.reschedule(asyncio_tasks::get_running_loop()?.time() + 60.0)?;
///     Ok(1 + 2)
/// });
/// assert_eq!(three.await?, 3);
/// # Ok(()) }).unwrap();
/// ```
pub async fn timeout<T>(
    delay: impl IntoTimeout,
    body: impl AsyncFnOnce(&Timeout) -> Result<T>,
) -> Result<T> {
    Entered::after(delay.into_timeout())?.run(body).await
}

/// As [`timeout`], with the deadline as a time of the loop's clock: `async with asyncio.timeout_at(when)`.
///
/// A deadline that has passed shows at the first await that suspends.
///
/// # Errors
///
/// As [`timeout`].
///
/// ```
/// # asyncio_tasks::run(async {
/// let start = asyncio_tasks::get_running_loop()?.time();
/// asyncio_tasks::timeout_at(start + 1.0, async |_| asyncio_tasks::sleep(0.001).await).await
/// # }).unwrap();
/// ```
pub async fn timeout_at<T>(
    when: impl Into<Option<f64>>,
    body: impl AsyncFnOnce(&Timeout) -> Result<T>,
) -> Result<T> {
    Timeout::new(when).enter(body).await
}

/// A deadline that can be looked at and moved: `asyncio.Timeout`.
///
/// A cheap clone. [`timeout`] and [`timeout_at`] make one and give it to the body; made by hand, it can be handed
/// around before, and asked after, [`enter`](Timeout::enter).
///
/// ```
/// use asyncio_tasks::{Timeout, sleep};
///
/// # asyncio_tasks::run(async {
/// let cm = Timeout::after(0.001);
/// let outcome = cm.enter(async |_| sleep(3600.0).await).await;
/// assert!(outcome.is_err() && cm.expired());
/// assert_eq!(format!("{cm:?}"), "<Timeout [expired]>");
/// # Ok(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Timeout(Rc<Deadline>);

struct Deadline {
    phase: Cell<Phase>,
    /// Seconds of the loop's clock.
    when: Cell<Option<f64>>,
    alarm: Cell<Option<Ahead>>,
    /// That in which the alarm was set.
    context: Cell<ContextCell>,
    /// Set on entry.
    entry: OnceCell<Entry>,
}

/// What a timeout was entered in.
struct Entry {
    scope: Scope,
    /// How many requests to cancel the task had then.
    cancelling: usize,
}

/// Python's `_State`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not entered yet.
    Created,
    /// The body runs.
    Entered,
    /// The deadline passed, and the body still runs.
    Expiring,
    /// Left after the deadline passed.
    Expired,
    /// Left in time.
    Exited,
}

/// What will call [`Deadline::on_timeout`].
enum Ahead {
    /// The deadline was in the past when it was set.
    Soon(Handle),
    /// The deadline was in the future. Dropped, it is off.
    Later(#[expect(dead_code, reason = "it is enough that it lives")] Timer),
}

impl Timeout {
    /// A deadline at `when`, in seconds of the loop's clock, or none: `asyncio.Timeout(when)`.
    pub fn new(when: impl Into<Option<f64>>) -> Self {
        Timeout(Rc::new(Deadline {
            phase: Cell::new(Phase::Created),
            when: Cell::new(when.into()),
            alarm: Cell::default(),
            context: Cell::default(),
            entry: OnceCell::new(),
        }))
    }

    /// A deadline in `delay` from now, or none: `asyncio.timeout(delay)` before it is entered.
    ///
    /// # Panics
    ///
    /// Without a running loop.
    pub fn after(delay: impl IntoTimeout) -> Self {
        let delay = delay.into_timeout();
        Self::new(delay.map(|delay| EventLoop::current().time() + delay))
    }

    /// Runs `body` under this deadline; see [`timeout`]: `async with` on an `asyncio.Timeout`.
    ///
    /// # Errors
    ///
    /// As [`timeout`]; `RuntimeError` if it was entered before.
    pub async fn enter<T>(&self, body: impl AsyncFnOnce(&Timeout) -> Result<T>) -> Result<T> {
        let event_loop = get_running_loop()?;
        let entered = self.begin(&event_loop, event_loop.time())?;
        entered.run(body).await
    }

    /// The deadline, in seconds of the loop's clock: `Timeout.when`.
    pub fn when(&self) -> Option<f64> {
        self.0.when.get()
    }

    /// Moves the deadline, or takes it off: `Timeout.reschedule`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` unless the body is running and has time left; `ValueError` if `when` is NaN.
    pub fn reschedule(&self, when: impl Into<Option<f64>>) -> Result<()> {
        let when = when.into();
        check_not_nan(when)?;
        let phase = self.0.phase.get();
        match phase {
            Phase::Entered => {
                let event_loop = get_running_loop()?;
                self.0.when.set(when);
                self.arm(&event_loop, event_loop.time());
                Ok(())
            }
            Phase::Created => {
                Err(RuntimeError::with_message("Timeout has not been entered").into())
            }
            _ => {
                let text = format!("Cannot change state of {} Timeout", phase.name());
                Err(RuntimeError::with_message(text).into())
            }
        }
    }

    /// Whether the deadline passed while the body was running: `Timeout.expired`.
    pub fn expired(&self) -> bool {
        matches!(self.0.phase.get(), Phase::Expiring | Phase::Expired)
    }

    /// Python's `__aenter__`.
    fn begin(&self, event_loop: &EventLoop, now: f64) -> Result<Entered> {
        check_not_nan(self.when())?;
        if self.0.phase.get() != Phase::Created {
            return Err(RuntimeError::with_message("Timeout has already been entered").into());
        }
        let Some(task) = running_task() else {
            return Err(RuntimeError::with_message("Timeout should be used inside a task").into());
        };
        self.0.entry.get_or_init(|| {
            let scope = Scope::new(&task);
            let cancelling = scope.cancelling();
            Entry { scope, cancelling }
        });
        self.0.phase.set(Phase::Entered);
        self.arm(event_loop, now);
        Ok(Entered(self.clone()))
    }

    /// Sets the alarm for the deadline.
    fn arm(&self, event_loop: &EventLoop, now: f64) {
        self.set_alarm(self.when().map(|when| {
            let deadline = self.0.clone();
            if when <= now {
                return Ahead::Soon(event_loop.call_soon(move || deadline.on_timeout()));
            }
            let replaced = self.0.context.replace(ContextCell::copy_current());
            drop(replaced);
            Ahead::Later(Timer::ring_at(event_loop, when, deadline))
        }));
    }

    fn set_alarm(&self, alarm: Option<Ahead>) {
        if let Some(Ahead::Soon(handle)) = self.0.alarm.replace(alarm) {
            handle.cancel();
        }
    }
}

impl Deadline {
    fn on_timeout(&self) {
        if let Some(entry) = self.entry.get() {
            entry.scope.cancel();
        }
        self.phase.set(Phase::Expiring);
        self.alarm.take();
    }
}

impl Alarm for Deadline {
    fn ring(self: Rc<Self>) {
        self.on_timeout();
    }

    fn take_context(&self) -> ContextCell {
        self.context.take()
    }
}

impl Phase {
    /// As Python prints it.
    fn name(self) -> &'static str {
        match self {
            Phase::Created => "created",
            Phase::Entered => "active",
            Phase::Expiring => "expiring",
            Phase::Expired => "expired",
            Phase::Exited => "finished",
        }
    }
}

/// `<Timeout [active] when=12.345>`
impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = self.0.phase.get();
        write!(f, "<Timeout [{}]", phase.name())?;
        match (phase, self.when()) {
            (Phase::Entered, None) => f.write_str(" when=None")?,
            (Phase::Entered, Some(when)) => {
                write!(f, " when={:?}", (when * 1000.0).round() / 1000.0)?;
            }
            _ => {}
        }
        f.write_str(">")
    }
}

/// The time in which a timeout's body runs. Dropped early, it leaves neither an alarm nor a request behind.
pub(crate) struct Entered(Timeout);

impl Entered {
    /// Enters a new timeout with a deadline in `delay` seconds.
    pub(crate) fn after(delay: Option<f64>) -> Result<Self> {
        let event_loop = get_running_loop()?;
        let now = event_loop.time();
        Timeout::new(delay.map(|delay| now + delay)).begin(&event_loop, now)
    }

    async fn run<T>(self, body: impl AsyncFnOnce(&Timeout) -> Result<T>) -> Result<T> {
        let outcome = self.scope().around(body(&self.0)).await;
        self.exit(outcome)
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.entry().scope
    }

    /// Python's `__aexit__`.
    pub(crate) fn exit<T>(self, outcome: Result<T>) -> Result<T> {
        let entry = self.entry();
        let expired = self.leave() && entry.scope.uncancel() <= entry.cancelling;
        // A cancel scope around wins, as another request to cancel does.
        let stopped = expired && cancelled_here().is_none();
        outcome.map_err(|error| match stopped {
            true => overdue(error),
            false => error,
        })
    }

    /// Ends the time; whether the deadline had passed.
    #[inline]
    fn leave(&self) -> bool {
        let phase = &self.0.0.phase;
        match phase.get() {
            Phase::Entered => phase.set(Phase::Exited),
            Phase::Expiring => phase.set(Phase::Expired),
            Phase::Created | Phase::Expired | Phase::Exited => return false,
        }
        self.0.set_alarm(None);
        phase.get() == Phase::Expired
    }

    fn entry(&self) -> &Entry {
        self.0.0.entry.get().expect("set on entry")
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if self.leave() {
            self.scope().withdraw();
        }
    }
}

/// What the body's error becomes when the deadline stopped it.
fn overdue(error: Error) -> Error {
    if error.is_cancelled() {
        return Error::from(TimeoutError::new()).caused_by(error);
    }
    let error = explained(&error).unwrap_or(error);
    let group = error.downcast_ref::<ExceptionGroup>();
    match group.and_then(|group| group.replaced(explained)) {
        Some(group) => group.in_place_of(&error),
        None => error,
    }
}

/// COMB-13: an error of the clean-up, with a `TimeoutError` between it and the `CancelledError` among its causes.
fn explained(error: &Error) -> Option<Error> {
    let cause = error.cause()?;
    let cause = match cause.is_cancelled() {
        true => Error::from(TimeoutError::new()).caused_by(cause.clone()),
        false => explained(cause)?,
    };
    Some(error.clone().with_cause(cause))
}

pub(crate) fn check_not_nan(when: Option<f64>) -> Result<(), ValueError> {
    match when {
        Some(when) if when.is_nan() => Err(invalid_delay()),
        _ => Ok(()),
    }
}

pub(crate) fn invalid_delay() -> ValueError {
    ValueError::with_message("Invalid delay: NaN (not a number)")
}

/// A timeout: a delay as [`IntoDelay`] takes it, or `None` for no timeout.
pub trait IntoTimeout {
    /// The timeout in seconds. May be negative, infinite or NaN.
    fn into_timeout(self) -> Option<f64>;
}

/// The only `Option`, so that a bare `None` has a type.
impl IntoTimeout for Option<f64> {
    fn into_timeout(self) -> Option<f64> {
        self
    }
}

macro_rules! into_timeout {
    ($($delay:ty)*) => {$(
        impl IntoTimeout for $delay {
            fn into_timeout(self) -> Option<f64> {
                Some(self.into_delay())
            }
        }
    )*};
}

into_timeout!(f64 f32 i32 Duration);
