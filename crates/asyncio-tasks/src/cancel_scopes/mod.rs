//! [`CancelScope`]: a stretch of a program that is cancelled as a whole, until it is left.
//!
//! asyncio has none; it mirrors the cancel scopes of trio and anyio.

mod move_on;
mod tree;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use asyncio_executor::{EventLoop, Result, RuntimeError, TimerHandle, get_running_loop};
use pin_project_lite::pin_project;

pub use move_on::{
    checkpoint, current_effective_deadline, fail_after, fail_at, move_on_after, move_on_at,
};
pub use tree::outside_of_scopes;
pub(crate) use tree::{Node, Place, cancelled_here, here, note_suspension};

use crate::tasks::{Scope, current_task};
use crate::timeouts::{IntoTimeout, check_not_nan};

/// A stretch of a program that can be cancelled as a whole, has a deadline if you like, and can be shielded from the
/// scopes around it: trio's and anyio's `CancelScope`.
///
/// [`run`](CancelScope::run) runs a body in the current task, which may borrow the locals around it. Once the scope is
/// [cancelled](CancelScope::cancel), or its deadline has passed, **every** await in the body that suspends returns a
/// [`CancelledError`](crate::CancelledError), each time, until the body has ended: a body that swallows the error, or a
/// `loop` around it, does not get away. That is the difference to [`Task::cancel`](crate::Task::cancel) and
/// [`timeout`](crate::timeout()), which cancel one await. The body leaves with the error, and there the scope catches it.
///
/// Clean-up that has to await goes into a scope of its own with a [shield](CancelScope::shielded), and best with a deadline:
///
/// ```
/// use asyncio_tasks::{CancelScope, move_on_after, sleep};
///
/// # asyncio_tasks::run(async {
/// let mut steps = Vec::new();
/// let value = move_on_after(0.01, async |_| {
///     let outcome = sleep(3600.0).await;
///     assert!(outcome.is_err());
///     assert!(sleep(3600.0).await.is_err(), "and again");
///     let farewell = CancelScope::after(60.0).shielded();
///     farewell.run(async |_| sleep(0.001).await).await?;
///     steps.push("said goodbye");
///     outcome
/// });
/// assert_eq!(value.await?, None);
/// assert_eq!(steps, ["said goodbye"]);
/// # Ok(()) }).unwrap();
/// ```
///
/// # What is inside
///
/// - What the body awaits in its own task, in all branches of a `join!` or `select!`. An await that does not suspend (a
///   lock that is free, a task that is done) is not touched. A task or future that the body awaits is cancelled once, and
///   the await goes on until it is done; one that swallows that gives its value, and the next await is cancelled.
/// - The tasks of each [`TaskGroup`](crate::TaskGroup) that was entered inside, whoever creates them, and what is inside of
///   these. They are cancelled as the body is, not by [`Task::cancel`](crate::Task::cancel), so that their shields hold. The
///   group waits for them.
/// - Not: other tasks. Those of [`gather`](crate::gather()) and [`create_task`](crate::create_task) are cancelled when
///   somebody inside awaits them, once, as asyncio does.
/// - A body that hangs in a future which knows nothing of asyncio is dropped at that point.
///
/// # Other cancellations
///
/// A scope does not count in [`Task::cancelling`](crate::Task::cancelling). The request of somebody else ([`Task::cancel`](
/// crate::Task::cancel), a [`timeout`](crate::timeout()) around the scope, a task group whose task has failed) passes
/// through a scope, **also through a shield**: shields hold back scopes, and nothing else. When a scope around is cancelled
/// too, the error goes on to that one: the outermost scope catches it, and an inner `timeout` does not make it its own.
///
/// A cheap clone. A scope can be cancelled before it is entered, and from other tasks; it is entered once.
#[derive(Clone)]
pub struct CancelScope(Rc<Inner>);

struct Inner {
    node: Rc<Node>,
    /// Calls [`CancelScope::cancel`] while the body runs.
    alarm: RefCell<Option<TimerHandle>>,
    cancelled_caught: Cell<bool>,
}

impl CancelScope {
    /// A scope without a deadline.
    pub fn new() -> Self {
        CancelScope(Rc::new(Inner {
            node: Node::new(),
            alarm: RefCell::default(),
            cancelled_caught: Cell::new(false),
        }))
    }

    /// A scope that is cancelled at `when`, in seconds of the loop's clock, or never.
    pub fn at(when: impl Into<Option<f64>>) -> Self {
        let scope = CancelScope::new();
        let when = when.into().unwrap_or(f64::INFINITY);
        scope.0.node.set_deadline(when);
        scope
    }

    /// A scope that is cancelled in `delay` from now, or never.
    ///
    /// # Panics
    ///
    /// Without a running loop.
    pub fn after(delay: impl IntoTimeout) -> Self {
        let delay = delay.into_timeout();
        CancelScope::at(delay.map(|delay| EventLoop::current().time() + delay))
    }

    /// The same scope with a shield; see [`shield`](CancelScope::shield).
    pub fn shielded(self) -> Self {
        self.shield();
        self
    }

    /// Runs `body` in this scope and returns its value, or `None` if the cancellation of this scope ended it:
    /// `with CancelScope()`.
    ///
    /// A body that ends without an error has its value returned, even if the scope is cancelled by then.
    ///
    /// # Cancel safety
    ///
    /// Cancelling the task cancels the body, once. Dropped, the body is dropped, and the deadline is off.
    ///
    /// # Errors
    ///
    /// Those of the body, but for the `CancelledError` of this scope; that one too if somebody else has asked the task
    /// to cancel as well, or a scope around this one is cancelled. `ValueError` if the deadline is NaN, `RuntimeError`
    /// outside of a task, or if the scope was entered before.
    ///
    /// ```
    /// use asyncio_tasks::{CancelScope, sleep};
    ///
    /// # asyncio_tasks::run(async {
    /// let scope = CancelScope::new();
    /// let value = scope.run(async |scope| {
    ///     scope.cancel_with("enough");
    ///     let error = sleep(3600.0).await.unwrap_err();
    ///     assert_eq!(error.to_string(), "enough");
    ///     sleep(3600.0).await
    /// });
    /// assert_eq!(value.await?, None);
    /// assert!(scope.cancelled_caught());
    /// # Ok(()) }).unwrap();
    /// ```
    pub async fn run<T>(
        &self,
        body: impl AsyncFnOnce(&CancelScope) -> Result<T>,
    ) -> Result<Option<T>> {
        let entered = self.begin()?;
        let outcome = InNode::new(self.0.node.clone(), body(self)).await;
        entered.exit(outcome)
    }

    /// Cancels everything inside, until the scope is left. Has an effect once.
    pub fn cancel(&self) {
        self.0.node.cancel(None);
    }

    /// As [`cancel`](CancelScope::cancel), with a message for each `CancelledError`.
    pub fn cancel_with(&self, reason: impl Into<Arc<str>>) {
        self.0.node.cancel(Some(reason.into()));
    }

    /// Whether it was cancelled, by a call or by its deadline. Scopes around it do not count.
    pub fn cancel_called(&self) -> bool {
        self.0.node.cancel_called()
    }

    /// Whether the scope has ended its body: [`run`](CancelScope::run) has returned `None`.
    pub fn cancelled_caught(&self) -> bool {
        self.0.cancelled_caught.get()
    }

    /// When it is cancelled, in seconds of the loop's clock.
    pub fn deadline(&self) -> Option<f64> {
        Some(self.0.node.deadline()).filter(|&deadline| deadline < f64::INFINITY)
    }

    /// Moves the deadline, or takes it off. One that has passed cancels the scope at once, if its body is running.
    ///
    /// # Errors
    ///
    /// `ValueError` if `when` is NaN.
    pub fn set_deadline(&self, when: impl Into<Option<f64>>) -> Result<()> {
        let when = when.into();
        check_not_nan(when)?;
        self.0.node.set_deadline(when.unwrap_or(f64::INFINITY));
        if self.0.node.is_entered() {
            self.arm(&get_running_loop()?);
        }
        Ok(())
    }

    /// From now on the scopes around this one do not cancel what is inside. Its own cancellation and deadline do.
    pub fn shield(&self) {
        self.0.node.set_shield(true);
    }

    /// Takes the shield away. If a scope around is cancelled, what is inside is from now on.
    pub fn unshield(&self) {
        self.0.node.set_shield(false);
    }

    /// Whether there is a shield.
    pub fn is_shielded(&self) -> bool {
        self.0.node.has_shield()
    }

    fn begin(&self) -> Result<Entered> {
        let node = &self.0.node;
        check_not_nan(Some(node.deadline()))?;
        let event_loop = get_running_loop()?;
        let Some(task) = current_task()? else {
            return Err(
                RuntimeError::with_message("CancelScope should be used inside a task").into(),
            );
        };
        if !node.enter(here()) {
            return Err(RuntimeError::with_message("CancelScope has already been entered").into());
        }
        self.arm(&event_loop);
        let requests = Scope::new(&task);
        let cancelling = requests.cancelling();
        Ok(Entered {
            scope: self.clone(),
            requests,
            cancelling,
        })
    }

    /// Sets the alarm for the deadline.
    fn arm(&self, event_loop: &EventLoop) {
        let deadline = self.0.node.deadline();
        let has_passed = deadline <= event_loop.time();
        let alarm = (!has_passed && deadline < f64::INFINITY).then(|| {
            let inner = Rc::downgrade(&self.0);
            event_loop.call_at(deadline, move || {
                inner.upgrade().inspect(|inner| inner.node.cancel(None));
            })
        });
        self.set_alarm(alarm);
        if has_passed {
            self.cancel();
        }
    }

    fn set_alarm(&self, alarm: Option<TimerHandle>) {
        let old = self.0.alarm.replace(alarm);
        if let Some(old) = old {
            old.cancel();
        }
    }
}

impl Default for CancelScope {
    fn default() -> Self {
        CancelScope::new()
    }
}

/// `<CancelScope active, shielded, cancelled>`
impl fmt::Debug for CancelScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = &self.0.node;
        write!(f, "<CancelScope {}", node.phase_name())?;
        if node.has_shield() {
            f.write_str(", shielded")?;
        }
        if node.cancel_called() {
            f.write_str(", cancelled")?;
        }
        f.write_str(">")
    }
}

/// The time in which a scope's body runs.
struct Entered {
    scope: CancelScope,
    /// Tells the requests to cancel the task from those of scopes that the task runs beside this one.
    requests: Scope,
    /// How many requests to cancel the task had on entry.
    cancelling: usize,
}

impl Entered {
    fn exit<T>(self, outcome: Result<T>) -> Result<Option<T>> {
        let node = &self.scope.0.node;
        let ours = node.cancel_called()
            && !node.cancelled_from_outside()
            && self.requests.cancelling() <= self.cancelling;
        match outcome {
            Err(error) if ours && error.is_cancelled() => {
                self.scope.0.cancelled_caught.set(true);
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.scope.set_alarm(None);
        self.scope.0.node.leave();
    }
}

pin_project! {
    /// A future, polled as the body of a node.
    pub(crate) struct InNode<F> {
        node: Rc<Node>,
        #[pin]
        body: F,
    }
}

impl<F> InNode<F> {
    pub(crate) fn new(node: Rc<Node>, body: F) -> Self {
        InNode { node, body }
    }
}

impl<T, F: Future<Output = Result<T>>> Future for InNode<F> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        this.node.poll(this.body, cx)
    }
}
