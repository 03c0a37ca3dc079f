//! How an awaitable suspends the current task and sees its cancellation.
//!
//! Every primitive of the workspace goes through [`Suspension`], so that one rule holds for all: an await that
//! has suspended sees a request to cancel when the task is next stepped, one that has not never does.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use asyncio_executor::CancelledError;

use crate::cancel_scopes::{Node, cancelled_here, note_suspension};
use crate::state::{AnyFuture, Core};
use crate::tasks::with_current;

/// What a suspended task waits on (`_fut_waiter`).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WaitsOn {
    /// Nothing that asyncio knows: the task is not suspended, or in a foreign future.
    #[default]
    Nothing,
    /// A primitive that looks for the request when it is polled.
    Primitive,
    /// Nothing: the task lets others run for one pass.
    Pass,
    /// A future or a task, to which the request is forwarded.
    Future,
}

/// What a step awaited when it suspended, and where: two pointers, so that keeping it costs two stores.
#[derive(Clone, Copy)]
pub(crate) struct AwaitPoint {
    /// `sleep`, `Lock.acquire`, `future`; empty if the primitive has no name.
    pub(crate) what: &'static &'static str,
    /// Of a future whose `poll` is `#[track_caller]`, the compiler gives the place of the `.await`.
    pub(crate) at: &'static Location<'static>,
}

impl AwaitPoint {
    /// Before a step has suspended.
    pub(crate) const NOWHERE: AwaitPoint = AwaitPoint {
        what: &"",
        at: Location::caller(),
    };

    /// The name of what is awaited, if it has one.
    pub(crate) fn what(self) -> Option<&'static str> {
        Some(*self.what).filter(|what| !what.is_empty())
    }

    /// The `.await`, unless it is one of this crate's own.
    pub(crate) fn location(self) -> Option<&'static Location<'static>> {
        let own = file!().strip_suffix("suspension.rs").unwrap_or_default();
        Some(self.at).filter(|at| !at.file().starts_with(own))
    }
}

/// Notes what the step that is running awaits in its caller's place.
#[inline]
#[track_caller]
pub(crate) fn note_await(what: &'static &'static str) {
    let at = Location::caller();
    AWAITS.set(AwaitPoint { what, at });
}

/// The step that is running, if any, waits on `future`. Returns what it waited on before.
#[inline]
pub(crate) fn note_wait(future: Rc<dyn AnyFuture>) -> Option<Rc<dyn AnyFuture>> {
    if !IN_STEP.get() {
        return None;
    }
    STEP.set(WaitsOn::Future);
    replace_awaited(Some(future))
}

/// The step that is running waits on `future` instead, as far as futures go.
#[inline]
pub(crate) fn replace_awaited(future: Option<Rc<dyn AnyFuture>>) -> Option<Rc<dyn AnyFuture>> {
    AWAITED.with(|awaited| awaited.replace(future))
}

/// The future that the step that is running waits on so far.
pub(crate) fn awaited() -> Option<Rc<dyn AnyFuture>> {
    let awaited = replace_awaited(None);
    replace_awaited(awaited.clone());
    awaited
}

/// The step that is running waits on `future` no longer: the await was dropped.
pub(crate) fn forget_wait(future: &Core) {
    if awaited().is_some_and(|awaited| std::ptr::eq(awaited.core(), future)) {
        replace_awaited(None);
        if STEP.get() == WaitsOn::Future {
            STEP.set(WaitsOn::Nothing);
        }
    }
}

/// What a step waits on, while a step inside of it runs.
pub(crate) struct OuterStep {
    waits_on: WaitsOn,
    awaits: AwaitPoint,
    awaited: Option<Rc<dyn AnyFuture>>,
}

impl OuterStep {
    pub(crate) fn set_aside() -> Self {
        OuterStep {
            waits_on: STEP.get(),
            awaits: AWAITS.get(),
            awaited: replace_awaited(None),
        }
    }

    pub(crate) fn put_back(self) {
        STEP.set(self.waits_on);
        AWAITS.set(self.awaits);
        replace_awaited(self.awaited);
    }
}

/// One await of a primitive, from its first poll to its end.
///
/// A request to cancel is [`Task::cancel`](crate::Task::cancel)'s, or that of a [`CancelScope`](crate::CancelScope) around
/// the await.
///
/// Reports of what a task waits on show its name, and the place where [`suspend`](Suspension::suspend) was called. That is
/// the user's `.await` if `poll` is marked `#[track_caller]`, as in a future that is a type of its own.
///
/// ```
/// use std::task::Poll;
/// use asyncio_tasks::{CancelledError, Suspension};
///
/// /// Suspends the current task until `ready` says so.
/// async fn until(mut ready: impl FnMut() -> bool) -> Result<(), CancelledError> {
///     let mut suspension = Suspension::new();
///     std::future::poll_fn(|cx| {
///         suspension.resume()?;
///         if ready() {
///             return Poll::Ready(Ok(()));
///         }
///         suspension.suspend();
///         cx.waker().wake_by_ref();
///         Poll::Pending
///     })
///     .await
/// }
/// # asyncio_tasks::run(async { let mut n = 0; Ok(until(|| { n += 1; n > 3 }).await?) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Suspension {
    stage: Stage,
    what: &'static &'static str,
}

/// How far an await is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Not polled yet.
    #[default]
    New,
    /// It has suspended.
    Suspended,
}

impl Suspension {
    /// An await that has not been polled.
    pub fn new() -> Self {
        Suspension::of(&"")
    }

    /// As [`new`](Suspension::new), of a primitive with a name: `Suspension::of(&"Lock.acquire")`.
    pub fn of(what: &'static &'static str) -> Self {
        let stage = Stage::New;
        Suspension { stage, what }
    }

    /// At the beginning of a poll. If the await had suspended and its task was asked to cancel, takes the
    /// request; the primitive gives back what it holds, and returns the error. Does nothing without a current task.
    ///
    /// # Errors
    ///
    /// `CancelledError`, with the message of the request.
    #[inline]
    pub fn resume(&mut self) -> Result<(), CancelledError> {
        if self.stage == Stage::New || REQUESTS.get() == 0 {
            return Ok(());
        }
        self.take_request()
    }

    /// Before `Poll::Pending`: tells the current task that it waits on a primitive.
    #[inline]
    #[track_caller]
    pub fn suspend(&mut self) {
        self.stage = Stage::Suspended;
        STEP.set(WaitsOn::Primitive);
        note_await(self.what);
        if REQUESTS.get() != 0 {
            note_suspension();
        }
    }

    /// As [`suspend`](Suspension::suspend), in a line of waiters that wants to know at once when the task is asked to
    /// cancel: where `ticket` stands, nothing should be handed over any more.
    #[inline]
    #[track_caller]
    pub fn suspend_in(
        &mut self,
        line: &Arc<impl WaitLine + 'static>,
        ticket: u64,
        cx: &Context<'_>,
    ) {
        self.suspend();
        let waker = cx.waker().data().addr();
        let last = with_current(|task| task?.part().stand_in(line, ticket, waker));
        drop(last);
    }

    /// A poll that suspends once, for one pass over everything that is scheduled.
    #[inline]
    #[track_caller]
    pub(crate) fn pass_once(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CancelledError>> {
        if self.stage != Stage::New {
            return Poll::Ready(self.resume());
        }
        self.stage = Stage::Suspended;
        STEP.set(WaitsOn::Pass);
        note_await(self.what);
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    #[cold]
    fn take_request(&self) -> Result<(), CancelledError> {
        let scoped = || cancelled_here().map(|node| node.error());
        match task_request().or_else(scoped) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// How far the await of a future is that has suspended. Cancel scopes forward their requests to the future.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFuture {
    /// It goes on when the future is done.
    Waits,
    /// Likewise, and the future has got the request of a cancel scope.
    Forwarded,
}

impl OnFuture {
    /// As [`Suspension::resume`].
    #[inline]
    pub(crate) fn resume(self) -> Option<Request> {
        if REQUESTS.get() == 0 {
            return None;
        }
        self.look_for_request()
    }

    #[cold]
    fn look_for_request(self) -> Option<Request> {
        if let Some(error) = task_request() {
            return Some(Request::Task(error));
        }
        if self == OnFuture::Forwarded {
            return None;
        }
        cancelled_here().map(Request::Scope)
    }
}

/// A request to cancel, as the await of a future finds it.
pub(crate) enum Request {
    /// One of the task, which is over with this.
    Task(CancelledError),
    /// One of a cancel scope.
    Scope(Rc<Node>),
}

fn task_request() -> Option<CancelledError> {
    with_current(|task| task.and_then(|task| task.part().take_request()))
}

impl Default for Suspension {
    fn default() -> Self {
        Suspension::new()
    }
}

/// A line of waiters that looks after those whose task is asked to cancel, while they have not been stepped.
///
/// In CPython such a waiter is a future that is cancelled there and then, and the line passes over it.
pub trait WaitLine: Send + Sync {
    /// The task that `waker` wakes was asked to cancel, after it has polled the waiter with `ticket`. The waiter sees the
    /// request when it is next polled, unless it has left, even long ago, or another task has polled it since: no two waiters of
    /// a line have the same ticket. Called by `Task.cancel`, on the loop's thread.
    fn cancelled(&self, ticket: u64, waker: &Waker);
}

/// Where a task stands in line, or stood last.
pub(crate) struct InLine {
    line: Arc<dyn WaitLine>,
    ticket: u64,
    /// Whom the line will wake: the data of the waker.
    waker: usize,
}

impl InLine {
    #[inline]
    pub(crate) fn new(line: &Arc<impl WaitLine + 'static>, ticket: u64, waker: usize) -> Self {
        InLine {
            line: line.clone(),
            ticket,
            waker,
        }
    }

    #[inline]
    pub(crate) fn is_in(&self, line: &Arc<impl WaitLine + 'static>) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.line), Arc::as_ptr(line))
    }

    /// A consumer waits at its queue again and again. Then the handle to the line serves once more, which saves two atomic
    /// operations.
    #[inline]
    pub(crate) fn stand_again(&mut self, ticket: u64, waker: usize) {
        self.ticket = ticket;
        self.waker = waker;
    }

    /// Whether the line wakes the task itself. A combinator in between may not poll the waiter when the task is stepped.
    pub(crate) fn wakes(&self, task: &Waker) -> bool {
        self.waker == task.data().addr()
    }

    /// Of a place that was left meanwhile, the line knows that it was.
    pub(crate) fn cancelled(self, task: &Waker) {
        self.line.cancelled(self.ticket, task);
    }
}

thread_local! {
    /// What the step that is running awaited last. Says something only of a step that has suspended in asyncio.
    pub(crate) static AWAITS: Cell<AwaitPoint> = const { Cell::new(AwaitPoint::NOWHERE) };
    /// How many tasks of this thread have a request that no await point has seen, and how many bodies of cancel scopes
    /// are cancelled.
    pub(crate) static REQUESTS: Cell<usize> = const { Cell::new(0) };
    /// What the step that is running waits on so far.
    pub(crate) static STEP: Cell<WaitsOn> = const { Cell::new(WaitsOn::Nothing) };
    /// Whether a step is running.
    pub(crate) static IN_STEP: Cell<bool> = const { Cell::new(false) };
    /// The future that the step that is running waits on so far. Each step empties it, so that there is nothing to drop
    /// when the thread ends, and it is found without a check.
    static AWAITED: ManuallyDrop<Cell<Option<Rc<dyn AnyFuture>>>> =
        const { ManuallyDrop::new(Cell::new(None)) };
}
