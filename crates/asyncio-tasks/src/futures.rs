//! [`Future`]: a result that is set once and awaited by many. Mirrors `asyncio.futures`.

use std::cell::RefCell;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    CallbackOutput, CancelledError, Context, ContextCell, ContextThing, Error, EventLoop,
    InvalidStateError, Result, RuntimeError,
};

use crate::callbacks::{Call, Callback, CallbackKey, OnDone};
use crate::cancel_scopes::cancelled_here;
use crate::state::{AnyFuture, Kind, Phase, State, cancelled};
use crate::suspension::{
    IN_STEP, OnFuture, Request, Suspension, forget_wait, note_await, note_wait,
};
use crate::tasks::{TaskPart, any_task, is_current_task, refuse};

/// A result that will be set later: `asyncio.Future`.
///
/// A cheap clone of one shared state. Awaiting it by value moves the result out, awaiting `&future` clones it;
/// after a move, others who await get an [`InvalidStateError`]. Cancelling a task that awaits a future cancels the
/// future. Dropping all handles of a future with an exception that nobody has seen reports it.
///
/// ```
/// use asyncio_tasks::{LoopTasks, get_running_loop, run};
///
/// run(async {
///     let event_loop = get_running_loop()?;
///     let future = event_loop.create_future();
///     event_loop.call_soon({ let future = future.clone(); move || future.set_result(42) });
///     assert_eq!((&future).await?, 42);
///     assert_eq!(future.result()?, 42);
///     Ok(())
/// }).unwrap();
/// ```
pub struct Future<T: 'static> {
    pub(crate) state: Rc<State<Plain, T>>,
    waiting: Waiting,
}

impl<T: 'static> Future<T> {
    /// A pending future of `event_loop`: `loop.create_future`.
    #[track_caller]
    pub fn new(event_loop: &EventLoop) -> Self {
        Future::at(event_loop, Location::caller())
    }

    pub(crate) fn at(event_loop: &EventLoop, location: &'static Location<'static>) -> Self {
        Future::from_state(State::new(event_loop.clone(), Plain::default, location))
    }

    pub(crate) fn from_state(state: Rc<State<Plain, T>>) -> Self {
        Future {
            state,
            waiting: Waiting::default(),
        }
    }

    /// A future that has failed.
    pub(crate) fn failed(
        event_loop: &EventLoop,
        error: Error,
        location: &'static Location<'static>,
    ) -> Self {
        let future = Future::at(event_loop, location);
        future.state.finish(Err(error));
        future
    }

    /// A future whose `cancel` does what `hook` does (as `_GatheringFuture` overrides it), and which a task that awaits it
    /// calls `what`.
    pub(crate) fn with_cancel_hook(
        event_loop: &EventLoop,
        location: &'static Location<'static>,
        what: &'static &'static str,
        hook: impl Fn(Option<Arc<str>>) -> bool + 'static,
    ) -> Self {
        let kind = Plain {
            what,
            cancel_hook: Some(Rc::new(hook)),
        };
        Future::from_state(State::new(event_loop.clone(), || kind, location))
    }

    /// A future that a task awaits for something else, `what`.
    #[track_caller]
    pub(crate) fn waiter(event_loop: &EventLoop, what: &'static &'static str) -> Self {
        let kind = Plain {
            what,
            cancel_hook: None,
        };
        Future::from_state(State::new(event_loop.clone(), || kind, Location::caller()))
    }

    /// Ends the future with `value` and schedules its callbacks: `Future.set_result`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if it is done.
    pub fn set_result(&self, value: T) -> Result<(), InvalidStateError> {
        self.check_pending()?;
        self.state.finish(Ok(value));
        Ok(())
    }

    /// Ends the future with an exception and schedules its callbacks: `Future.set_exception`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if it is done.
    pub fn set_exception(&self, exception: impl Into<Error>) -> Result<(), InvalidStateError> {
        self.check_pending()?;
        self.state.finish(Err(exception.into()));
        Ok(())
    }

    /// Ends the future as cancelled and schedules its callbacks; false if it was done: `Future.cancel`.
    pub fn cancel(&self) -> bool {
        Plain::cancel(&self.state, None)
    }

    /// As [`cancel`](Future::cancel), with a message for the `CancelledError`: `Future.cancel(msg)`.
    pub fn cancel_with(&self, msg: impl Into<Arc<str>>) -> bool {
        Plain::cancel(&self.state, Some(msg.into()))
    }

    /// Whether there is an outcome: `Future.done`.
    pub fn done(&self) -> bool {
        self.state.core().done()
    }

    /// Whether it was cancelled: `Future.cancelled`.
    pub fn cancelled(&self) -> bool {
        self.state.core().phase() == Phase::Cancelled
    }

    /// A copy of the result: `Future.result`.
    ///
    /// # Errors
    ///
    /// The exception that was set, or `CancelledError`; `InvalidStateError` if there is no result yet, or it was
    /// moved out by an await.
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.state.result()
    }

    /// The exception, or `None` if there is a result: `Future.exception`.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it was cancelled, `InvalidStateError` if it is pending.
    pub fn exception(&self) -> Result<Option<Error>> {
        self.state.exception()
    }

    /// Calls `callback` with this future once it is done, always from the loop and never at once:
    /// `Future.add_done_callback`. It runs in a copy of the context of this call. An error that it returns goes to the
    /// exception handler.
    ///
    /// The returned value can be given to [`remove_done_callback`](Future::remove_done_callback), or be added again.
    pub fn add_done_callback<R: CallbackOutput + 'static>(
        &self,
        callback: impl FnMut(&Self) -> R + 'static,
    ) -> DoneCallback<Self> {
        add_callback(
            &self.state,
            DoneCallback::new(callback),
            ContextCell::copy_current(),
        )
    }

    /// As [`add_done_callback`](Future::add_done_callback), in `context`.
    pub fn add_done_callback_in<R: CallbackOutput + 'static>(
        &self,
        context: &Context,
        callback: impl FnMut(&Self) -> R + 'static,
    ) -> DoneCallback<Self> {
        add_callback(
            &self.state,
            DoneCallback::new(callback),
            context.clone().into(),
        )
    }

    /// Adds a callback once more, which is then called once more.
    pub fn add_done_callback_again(&self, callback: &DoneCallback<Self>) {
        add_callback(&self.state, callback.clone(), ContextCell::copy_current());
    }

    /// Removes every addition of `callback` and counts them: `Future.remove_done_callback`.
    pub fn remove_done_callback(&self, callback: &DoneCallback<Self>) -> usize {
        remove_callback(&self.state, callback)
    }

    /// The loop to which it belongs: `Future.get_loop`.
    pub fn get_loop(&self) -> EventLoop {
        self.state.core().event_loop().clone()
    }

    fn check_pending(&self) -> Result<(), InvalidStateError> {
        if self.done() {
            return Err(InvalidStateError::with_message(format!(
                "invalid state: {self:?}"
            )));
        }
        Ok(())
    }
}

impl<T: 'static> Clone for Future<T> {
    fn clone(&self) -> Self {
        Future::from_state(self.state.clone())
    }
}

impl<T: 'static> PartialEq for Future<T> {
    /// Whether both are handles to the same future.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

/// `<Future pending created at ...>`
impl<T: 'static> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.describe(f)
    }
}

impl<T: 'static> std::future::Future for Future<T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        this.waiting.poll(&this.state, cx, State::take)
    }
}

impl<T: 'static> Drop for Future<T> {
    fn drop(&mut self) {
        self.waiting.end(&self.state);
    }
}

impl<'a, T: Clone + 'static> IntoFuture for &'a Future<T> {
    type Output = Result<T>;
    type IntoFuture = Shared<'a, T>;

    fn into_future(self) -> Self::IntoFuture {
        Shared {
            awaited: Awaited::Future(&self.state),
            waiting: Waiting::Idle,
        }
    }
}

/// The wait for a future or a task by reference, which clones the result.
pub struct Shared<'a, T: 'static> {
    awaited: Awaited<'a, T>,
    waiting: Waiting,
}

enum Awaited<'a, T: 'static> {
    Future(&'a Rc<State<Plain, T>>),
    Task(&'a Rc<State<TaskPart, T>>),
}

impl<'a, T: 'static> Shared<'a, T> {
    pub(crate) fn task(state: &'a Rc<State<TaskPart, T>>) -> Self {
        Shared {
            awaited: Awaited::Task(state),
            waiting: Waiting::Idle,
        }
    }
}

impl<T: Clone + 'static> std::future::Future for Shared<'_, T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        match this.awaited {
            Awaited::Future(state) => this.waiting.poll(state, cx, State::result),
            Awaited::Task(state) => this.waiting.poll(state, cx, State::result),
        }
    }
}

impl<T: 'static> Drop for Shared<'_, T> {
    fn drop(&mut self) {
        match self.awaited {
            Awaited::Future(state) => self.waiting.end(state),
            Awaited::Task(state) => self.waiting.end(state),
        }
    }
}

impl<T: 'static> fmt::Debug for Shared<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.awaited {
            Awaited::Future(state) => state.describe(f),
            Awaited::Task(state) => state.describe(f),
        }
    }
}

/// One await of a future or a task.
#[derive(Default)]
pub(crate) enum Waiting {
    /// Not polled yet, or over.
    #[default]
    Idle,
    /// Suspended, with its waker among the future's callbacks.
    Suspended(CallbackKey, OnFuture),
    /// The await is a misuse: the next poll says so, one iteration later, as in CPython.
    Refused(Box<RuntimeError>),
}

impl Waiting {
    #[track_caller]
    pub(crate) fn poll<K: Kind, T: 'static>(
        &mut self,
        state: &Rc<State<K, T>>,
        cx: &mut PollContext<'_>,
        outcome: fn(&State<K, T>) -> Result<T>,
    ) -> Poll<Result<T>> {
        if let Waiting::Suspended(_, stage) = self
            && let Some(request) = stage.resume()
            && let Some(error) = self.forward(state, request)
        {
            self.end(state);
            // The awaited future's own CancelledError wins, and with it the first of two messages. A gathering ends
            // with one without being cancelled.
            let own = state.outcome_error();
            if own.is_some_and(|own| own.is_cancelled()) {
                return Poll::Ready(outcome(state));
            }
            // TASK-06: the outcome is lost to this task, but it counts as seen.
            state.mark_retrieved();
            return Poll::Ready(Err(error.into()));
        }
        if let Waiting::Refused(error) = self {
            return Poll::Ready(Err(RuntimeError::clone(error).into()));
        }
        if state.core().done() {
            *self = Waiting::Idle;
            return Poll::Ready(outcome(state));
        }
        self.suspend(state, cx);
        Poll::Pending
    }

    /// What to raise for `request`. One of a cancel scope is forwarded to the future first, if that is not done.
    #[cold]
    fn forward<K: Kind, T: 'static>(
        &mut self,
        state: &Rc<State<K, T>>,
        request: Request,
    ) -> Option<CancelledError> {
        let node = match request {
            Request::Task(error) => return Some(error),
            Request::Scope(node) if state.core().done() => return Some(node.error()),
            Request::Scope(node) => node,
        };
        let Waiting::Suspended(_, stage) = self else {
            return None;
        };
        // A member of a group may be cancelled as this await is, and may have a shield.
        let task = state.head.kind.as_task();
        if task.is_some_and(TaskPart::is_cancelled_by_scope)
            || K::cancel(state, node.error().msg().map(Into::into))
        {
            *stage = OnFuture::Forwarded;
        }
        None
    }

    #[track_caller]
    fn suspend<K: Kind, T: 'static>(&mut self, state: &Rc<State<K, T>>, cx: &PollContext<'_>) {
        if !may_await(state) {
            self.refuse(state, cx);
        } else if let Waiting::Suspended(key, _) = self {
            note_wait(state.clone());
            state.rewake(*key, cx.waker());
        } else {
            note_wait(state.clone());
            let key = state.add(Callback::Wake(cx.waker().clone()));
            *self = Waiting::Suspended(key, OnFuture::Waits);
            if let Some(node) = cancelled_here() {
                self.forward(state, Request::Scope(node));
            }
        }
        note_await(state.head.kind.what());
    }

    /// The await could never end.
    #[cold]
    #[track_caller]
    fn refuse<K: Kind, T: 'static>(&mut self, state: &Rc<State<K, T>>, cx: &PollContext<'_>) {
        if let Some(task) = asyncio_executor::current_task().and_then(any_task) {
            let error = refuse(&task, &**state);
            *self = Waiting::Refused(Box::new(error));
            Suspension::new().suspend();
            cx.waker().wake_by_ref();
        }
    }

    /// Withdraws from the future's callbacks: the await is over or was dropped.
    pub(crate) fn end<K: Kind, T: 'static>(&mut self, state: &Rc<State<K, T>>) {
        if let Waiting::Suspended(key, _) = *self {
            *self = Waiting::Idle;
            if !state.core().done() {
                state.remove(key);
                forget_wait(state.core());
            }
        }
    }
}

/// Whether the current task, if there is one, may await `state`: it is of the same loop, and not the task itself.
#[inline]
fn may_await<K: Kind, T: 'static>(state: &Rc<State<K, T>>) -> bool {
    if !IN_STEP.get() {
        return true;
    }
    let running = state.head.kind.as_task().is_some_and(TaskPart::is_running);
    state.core().event_loop().is_current() && !(running && is_current_task(state.core()))
}

/// What makes a state a plain future's.
pub(crate) struct Plain {
    what: &'static &'static str,
    cancel_hook: Option<CancelHook>,
}

type CancelHook = Rc<dyn Fn(Option<Arc<str>>) -> bool>;

impl Default for Plain {
    fn default() -> Self {
        Plain {
            what: &"future",
            cancel_hook: None,
        }
    }
}

impl Kind for Plain {
    const NAME: &'static str = "Future";
    const KEY: &'static str = "future";

    fn reported(state: Rc<State<Self, ()>>) -> Rc<dyn ContextThing> {
        Rc::new(Reported(state))
    }

    fn take(&mut self) -> Self {
        Plain::default()
    }

    fn cancel<T: 'static>(state: &Rc<State<Self, T>>, msg: Option<Arc<str>>) -> bool {
        if state.core().done() {
            // Whoever cancels has lost interest in the exception as well.
            state.mark_retrieved();
            return false;
        }
        if let Some(hook) = state.head.kind.cancel_hook.clone() {
            return hook(msg);
        }
        state.finish_cancelled(cancelled(msg));
        true
    }

    fn what(&self) -> &'static &'static str {
        self.what
    }
}

/// What a report has under the key `future`: the future without its type.
struct Reported(Rc<State<Plain, ()>>);

impl ContextThing for Reported {}

impl fmt::Debug for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
    }
}

/// A done callback as an object, which can be removed or added again.
pub struct DoneCallback<F> {
    target: Rc<dyn OnDone>,
    future: PhantomData<fn(&F)>,
}

impl<F> Clone for DoneCallback<F> {
    fn clone(&self) -> Self {
        DoneCallback {
            target: self.target.clone(),
            future: self.future,
        }
    }
}

impl<F> fmt::Debug for DoneCallback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<DoneCallback>")
    }
}

impl<F: FromAny + 'static> DoneCallback<F> {
    pub(crate) fn new<R: CallbackOutput + 'static>(
        callback: impl FnMut(&F) -> R + 'static,
    ) -> Self {
        let target = Rc::new(Closure {
            call: RefCell::new(callback),
            future: PhantomData,
        });
        DoneCallback {
            target,
            future: PhantomData,
        }
    }
}

/// A handle type that can be had back from its type-erased state.
pub trait FromAny: Sized {
    /// The handle to a state of exactly this type.
    #[doc(hidden)]
    fn from_any(state: Rc<dyn std::any::Any>) -> Option<Self>;
}

impl<T: 'static> FromAny for Future<T> {
    fn from_any(state: Rc<dyn std::any::Any>) -> Option<Self> {
        state.downcast().ok().map(Future::from_state)
    }
}

struct Closure<F, C> {
    call: RefCell<C>,
    future: PhantomData<fn(&F)>,
}

impl<F: FromAny, C: FnMut(&F) -> R, R: CallbackOutput> OnDone for Closure<F, C> {
    fn call(&self, future: Rc<dyn AnyFuture>) -> Result<()> {
        let future =
            F::from_any(future.to_any()).expect("a callback is called with its own future");
        (self.call.borrow_mut())(&future).into_result()
    }
}

pub(crate) fn add_callback<K: Kind, T: 'static, F>(
    state: &Rc<State<K, T>>,
    callback: DoneCallback<F>,
    context: ContextCell,
) -> DoneCallback<F> {
    let target = callback.target.clone();
    if state.core().done() {
        state
            .core()
            .schedule_call(Call { target, context }, state.clone());
    } else {
        state.add(Callback::call(target, context));
    }
    callback
}

pub(crate) fn remove_callback<K: Kind, T: 'static, F>(
    state: &Rc<State<K, T>>,
    callback: &DoneCallback<F>,
) -> usize {
    let state: &dyn AnyFuture = &**state;
    state.remove_equal(&callback.target)
}
