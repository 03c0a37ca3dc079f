//! [`move_on_after`], [`fail_after`] and what else is built on a [`CancelScope`].

use asyncio_executor::{CancelledError, Error, Result, TimeoutError, get_running_loop};

use super::{CancelScope, cancelled_here, here};
use crate::suspension::Suspension;
use crate::timeouts::IntoTimeout;

/// Runs `body` in a [`CancelScope`] for `delay` at most: trio's and anyio's `move_on_after`. `None` if the time was up.
///
/// The time starts when the returned future is first polled. A `delay` of `None` sets no deadline. With a delay of zero
/// or less, the first await that suspends is cancelled. For a shield, [`CancelScope::after(delay).shielded()`](
/// CancelScope::shielded) does the same.
///
/// # Cancel safety, errors
///
/// As [`CancelScope::run`].
///
/// ```
/// use asyncio_tasks::{move_on_after, sleep};
///
/// # asyncio_tasks::run(async {
/// assert_eq!(move_on_after(0.001, async |_| sleep(3600.0).await).await?, None);
/// assert_eq!(move_on_after(60.0, async |_| Ok("in time")).await?, Some("in time"));
/// # Ok(()) }).unwrap();
/// ```
pub async fn move_on_after<T>(
    delay: impl IntoTimeout,
    body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
) -> Result<Option<T>> {
    get_running_loop()?;
    CancelScope::after(delay).run(body).await
}

/// As [`move_on_after`], with the deadline as a time of the loop's clock: trio's `move_on_at`.
///
/// # Errors
///
/// As [`CancelScope::run`].
pub async fn move_on_at<T>(
    when: impl Into<Option<f64>>,
    body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
) -> Result<Option<T>> {
    CancelScope::at(when).run(body).await
}

/// Runs `body` in a [`CancelScope`] for `delay` at most, and fails if the time was up: trio's and anyio's `fail_after`.
///
/// It differs from [`timeout`](crate::timeout()) in that everything in the body is cancelled, again and again, until it
/// ends, and in that a shield around holds back neither more nor less than other scopes do.
///
/// # Cancel safety
///
/// As [`CancelScope::run`].
///
/// # Errors
///
/// As [`CancelScope::run`]; `TimeoutError`, caused by the `CancelledError`, where that returns `None`.
///
/// ```
/// use asyncio_tasks::{TimeoutError, fail_after, sleep};
///
/// # asyncio_tasks::run(async {
/// let outcome = fail_after(0.001, async |_| loop {
///     // A timeout() could not end this.
///     if sleep(3600.0).await.is_err() {
///         sleep(3600.0).await?;
///     }
/// });
/// let outcome: asyncio_tasks::Result<()> = outcome.await;
/// assert!(outcome.unwrap_err().is::<TimeoutError>());
/// # Ok(()) }).unwrap();
/// ```
pub async fn fail_after<T>(
    delay: impl IntoTimeout,
    body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
) -> Result<T> {
    get_running_loop()?;
    fail_if_cancelled(CancelScope::after(delay), body).await
}

/// As [`fail_after`], with the deadline as a time of the loop's clock: trio's `fail_at`.
///
/// # Errors
///
/// As [`fail_after`].
pub async fn fail_at<T>(
    when: impl Into<Option<f64>>,
    body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
) -> Result<T> {
    fail_if_cancelled(CancelScope::at(when), body).await
}

async fn fail_if_cancelled<T>(
    scope: CancelScope,
    body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
) -> Result<T> {
    let returned = scope.run(body).await?;
    returned.ok_or_else(|| Error::from(TimeoutError::new()).caused_by(scope.0.node.error().into()))
}

/// When the code that runs will be cancelled by a scope that it is in, in seconds of the loop's clock: trio's and
/// anyio's `current_effective_deadline`.
///
/// Infinite if there is no deadline, or it is shielded from it; minus infinity if it is cancelled already.
///
/// ```
/// use asyncio_tasks::{CancelScope, current_effective_deadline, move_on_at};
///
/// # asyncio_tasks::run(async {
/// assert_eq!(current_effective_deadline(), f64::INFINITY);
/// let when = asyncio_tasks::get_running_loop()?.time() + 60.0;
/// move_on_at(when, async |scope| {
///     assert_eq!(current_effective_deadline(), when);
///     CancelScope::new().shielded().run(async |_| {
///         assert_eq!(current_effective_deadline(), f64::INFINITY);
///         Ok(())
///     }).await?;
///     scope.cancel();
///     assert_eq!(current_effective_deadline(), f64::NEG_INFINITY);
///     Ok(())
/// }).await
/// # }).unwrap();
/// ```
pub fn current_effective_deadline() -> f64 {
    here().map_or(f64::INFINITY, |node| node.effective_deadline())
}

/// Lets others run for one pass, and is cancelled as any await: trio's and anyio's `checkpoint`.
///
/// For loops that compute for a long time or whose awaits seldom suspend. If a scope around is cancelled, it returns the
/// error at once.
///
/// # Errors
///
/// `CancelledError` if a scope around is cancelled, or the task is cancelled meanwhile.
///
/// ```
/// use asyncio_tasks::{checkpoint, move_on_after};
///
/// # asyncio_tasks::run(async {
/// let mut rounds = 0_u64;
/// let never = move_on_after(0.001, async |_| loop {
///     rounds += 1;
///     checkpoint().await?;
/// });
/// let never: Option<()> = never.await?;
/// assert_eq!(never, None);
/// # Ok(()) }).unwrap();
/// ```
pub async fn checkpoint() -> Result<(), CancelledError> {
    if let Some(node) = cancelled_here() {
        return Err(node.error());
    }
    let mut suspension = Suspension::of(&"checkpoint");
    std::future::poll_fn(|cx| suspension.pass_once(cx)).await
}
