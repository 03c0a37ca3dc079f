//! [`Task`]: a coroutine that runs by itself, step by step. Mirrors `asyncio.tasks`.

mod as_completed;
mod awaitable;
mod builder;
mod cancel;
mod coroutine;
mod current;
mod distinct;
mod ensure_future;
mod factory;
mod gather;
mod scope;
mod shield;
mod sleep;
mod stack;
mod standing;
mod try_gather;
mod wait;
mod wait_for;

use std::any::{Any, type_name};
use std::cell::Cell;
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as PollContext, Poll, Waker};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    CallbackOutput, Context, ContextCell, ContextThing, Error, EventLoop, ExceptionContext,
    LoopTask, Result, RunningTask, RuntimeError, TaskKey, TaskMaking,
};

pub use as_completed::{AsCompleted, Completed, CompletedIter, NextCompleted, as_completed};
pub use awaitable::{Awaitable, Child};
pub use builder::TaskBuilder;
pub(crate) use builder::{AnyCoro, TaskOptions, same_type};
pub use current::{AnyTask, all_tasks, current_task};
pub(crate) use current::{any_task, is_current_task, refuse, running_task, tasks_of, with_current};
pub(crate) use ensure_future::is_future;
pub use ensure_future::{EnsureFuture, FutureLike, ensure_future};
pub(crate) use factory::LoopFactory;
pub use factory::{
    AnyCoroutine, TaskFactory, TaskSpec, create_eager_task_factory, eager_task_factory,
};
pub use gather::{
    Children, Gather, GatherIterable, GatherResults, GatherTuple, IntoGather, gather,
};
pub(crate) use scope::Scope;
pub use shield::shield;
pub use sleep::{Sleep, sleep};
pub use stack::TaskStack;
pub(crate) use standing::Standing;
pub use try_gather::{TryGather, try_gather};
pub use wait::{
    ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ReturnWhen, Wait, Waitable, Waited, wait,
};
pub use wait_for::{WaitFor, wait_for};

use crate::cancel_scopes::Node;
use crate::futures::{DoneCallback, FromAny, Shared, Waiting, add_callback, remove_callback};
use crate::state::{AnyFuture, Kind, Phase, State};
use crate::suspension::{AwaitPoint, InLine, OuterStep, WaitsOn};
use coroutine::Coroutine;

/// A coroutine that runs concurrently with others: `asyncio.Task`.
///
/// A cheap clone of one shared state. `task.await` moves the result out, `(&task).await` clones it. Dropping a handle
/// detaches: the loop owns the task until it is done.
///
/// [`cancel`](Task::cancel) makes the await point where the task stands return a
/// [`CancelledError`](crate::CancelledError). Cancelling a task that awaits this one cancels this one.
///
/// ```
/// use asyncio_tasks::{create_task, run, sleep};
///
/// run(async {
///     let task = create_task(async {
///         if let Err(cancelled) = sleep(3600.0).await {
///             sleep(0.001).await?; // cleaning up takes time
///             return Err(cancelled);
///         }
///         Ok("the result")
///     });
///     sleep(0.0).await?;
///     task.cancel();
///     assert!((&task).await.unwrap_err().is_cancelled());
///     assert!(task.cancelled());
///     Ok(())
/// }).unwrap();
/// ```
pub struct Task<T: 'static> {
    pub(crate) state: Rc<State<TaskPart, T>>,
    waiting: Waiting,
}

/// Starts `coro` as a task of the running loop: `asyncio.create_task`.
///
/// Its first step comes as if scheduled with `call_soon`, so the body does not start until the caller suspends. It
/// gets a copy of the current context.
///
/// # Panics
///
/// Without a running loop, as [`EventLoop::call_soon`] does on a closed one.
#[track_caller]
pub fn create_task<T, C>(coro: C) -> Task<T>
where
    T: 'static,
    C: std::future::Future<Output = Result<T>> + 'static,
{
    let event_loop = EventLoop::current();
    match event_loop.task_making() {
        TaskMaking::Plain => {
            let (number, context) = (next_number(), ContextCell::copy_current());
            let part = || TaskPart::new(number, type_name::<C>, context);
            Task::launch(State::new(event_loop, part, Location::caller()), coro)
        }
        _ => Task::spawn(
            &event_loop,
            coro,
            TaskOptions::default(),
            Location::caller(),
        ),
    }
}

impl<T: 'static> Task<T> {
    /// Asks the task to cancel; false if it is done: `Task.cancel`.
    ///
    /// Never interrupts at once: the await point sees the request when the task is next stepped. If the task waits on
    /// a future or another task, that one is cancelled, and the task goes on when it is done. A task that has not
    /// started ends without running.
    pub fn cancel(&self) -> bool {
        TaskPart::cancel(&self.state, None)
    }

    /// As [`cancel`](Task::cancel), with a message for the `CancelledError`: `Task.cancel(msg)`.
    pub fn cancel_with(&self, msg: impl Into<Arc<str>>) -> bool {
        TaskPart::cancel(&self.state, Some(msg.into()))
    }

    /// How many requests to cancel are not undone: `Task.cancelling`.
    pub fn cancelling(&self) -> usize {
        self.state.head.kind.cancelling()
    }

    /// Undoes one request and returns how many are left; at 0 a request that was not delivered yet is withdrawn:
    /// `Task.uncancel`.
    pub fn uncancel(&self) -> usize {
        self.state.head.kind.uncancel()
    }

    /// Whether the coroutine has ended: `Task.done`.
    pub fn done(&self) -> bool {
        self.state.core().done()
    }

    /// Whether the coroutine ended with a `CancelledError`: `Task.cancelled`.
    pub fn cancelled(&self) -> bool {
        self.state.core().phase() == Phase::Cancelled
    }

    /// A copy of the result: `Task.result`.
    ///
    /// # Errors
    ///
    /// What the coroutine returned; `InvalidStateError` if it has not ended, or the result was moved out.
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.state.result()
    }

    /// The exception, or `None` if there is a result: `Task.exception`.
    ///
    /// # Errors
    ///
    /// `CancelledError` if the task was cancelled, `InvalidStateError` if it has not ended.
    pub fn exception(&self) -> Result<Option<Error>> {
        self.state.exception()
    }

    /// Calls `callback` with this task once it is done: `Task.add_done_callback`. See
    /// [`Future::add_done_callback`](crate::Future::add_done_callback).
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

    /// As [`add_done_callback`](Task::add_done_callback), in `context`.
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

    /// Removes every addition of `callback` and counts them: `Task.remove_done_callback`.
    pub fn remove_done_callback(&self, callback: &DoneCallback<Self>) -> usize {
        remove_callback(&self.state, callback)
    }

    /// The name; `Task-N` unless one was given: `Task.get_name`.
    pub fn get_name(&self) -> String {
        self.state.head.kind.name()
    }

    /// Names the task: `Task.set_name`.
    pub fn set_name(&self, name: impl Into<String>) {
        self.state.head.kind.set_name(name.into());
    }

    /// The context in which the coroutine runs: `Task.get_context`.
    pub fn get_context(&self) -> Context {
        self.state.head.kind.context.context()
    }

    /// The loop to which it belongs: `Task.get_loop`.
    pub fn get_loop(&self) -> EventLoop {
        self.state.core().event_loop().clone()
    }

    /// The task without the type of its result.
    pub fn as_any(&self) -> AnyTask {
        AnyTask::new(self.state.clone())
    }

    /// A task that is not the default one in name, context or loop.
    pub fn builder() -> TaskBuilder {
        TaskBuilder::default()
    }

    pub(crate) fn from_state(state: Rc<State<TaskPart, T>>) -> Self {
        Task {
            state,
            waiting: Waiting::Idle,
        }
    }

    /// Makes a task, or has the loop's task factory make it.
    pub(crate) fn spawn<C>(
        event_loop: &EventLoop,
        coro: C,
        mut options: TaskOptions,
        location: &'static Location<'static>,
    ) -> Self
    where
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        match event_loop.task_making() {
            TaskMaking::Plain => {}
            TaskMaking::Eager => options.eager_start = options.eager_start.or(Some(true)),
            TaskMaking::Factory => return factory::create(event_loop, coro, options, location),
        }
        Task::start(event_loop, coro, options, location)
    }

    /// Makes a task: `Task.__init__`.
    // DIFFERENCE: CPython refuses to start a task eagerly in a context that is entered already; here nothing depends
    // on that. A `KeyboardInterrupt` of the eager step leaves the loop's run, not `create_task`.
    pub(crate) fn start<C>(
        event_loop: &EventLoop,
        coro: C,
        options: TaskOptions,
        location: &'static Location<'static>,
    ) -> Self
    where
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        let is_eager = options.eager_start == Some(true) && event_loop.is_running();
        let state = Self::new_state::<C>(event_loop, options, location);
        match is_eager {
            true => Task::launch_eagerly(state, coro),
            false => Task::launch(state, coro),
        }
    }

    /// Schedules the first step.
    #[inline]
    fn launch<C>(state: Rc<State<TaskPart, T>>, coro: C) -> Self
    where
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        let coro = Coroutine::new(coro, state.clone());
        match state.core().event_loop().spawn(&state, coro) {
            Ok(key) => state.head.kind.key.set(Some(key)),
            Err(closed) => refused(&closed),
        }
        Task::from_state(state)
    }

    /// Takes the first step.
    fn launch_eagerly<C>(state: Rc<State<TaskPart, T>>, coro: C) -> Self
    where
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        let coro = Coroutine::new(coro, state.clone());
        let part = &state.head.kind;
        let event_loop = state.core().event_loop();
        // The creator's step may have awaited something already, beside this.
        let outer = OuterStep::set_aside();
        let started = event_loop.spawn_eager(&state, coro, |key| part.key.set(Some(key)));
        outer.put_back();
        if let Err(closed) = started {
            refused(&closed);
        }
        if state.core().done() {
            part.progress.set(Progress::EndedEagerly);
        }
        Task::from_state(state)
    }

    /// A task that has failed before it could start.
    pub(crate) fn failed(
        event_loop: &EventLoop,
        options: TaskOptions,
        location: &'static Location<'static>,
        error: Error,
    ) -> Self {
        let state = Self::new_state::<()>(event_loop, options, location);
        state.finish(Err(error));
        Task::from_state(state)
    }

    fn new_state<C>(
        event_loop: &EventLoop,
        options: TaskOptions,
        location: &'static Location<'static>,
    ) -> Rc<State<TaskPart, T>> {
        let context = options.context;
        let context = context.map_or_else(ContextCell::copy_current, ContextCell::from);
        let coro = options.coro.unwrap_or(type_name::<C>);
        let part = match options.name {
            Some(name) => TaskPart::named(name, coro, context),
            None => TaskPart::new(next_number(), coro, context),
        };
        State::new(event_loop.clone(), || part, location)
    }
}

/// No task starts on a closed loop.
#[cold]
fn refused(closed: &RuntimeError) -> ! {
    panic!("RuntimeError: {closed}");
}

impl<T: 'static> Clone for Task<T> {
    fn clone(&self) -> Self {
        Task::from_state(self.state.clone())
    }
}

impl<T: 'static> PartialEq for Task<T> {
    /// Whether both are handles to the same task.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

/// `<Task pending name="Task-1" coro=<app::worker() running at ...> wait_for=<Future pending> created at ...>`
impl<T: 'static> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.describe(f)
    }
}

impl<T: 'static> std::future::Future for Task<T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        this.waiting.poll(&this.state, cx, State::take)
    }
}

impl<T: 'static> Drop for Task<T> {
    fn drop(&mut self) {
        self.waiting.end(&self.state);
    }
}

impl<'a, T: Clone + 'static> IntoFuture for &'a Task<T> {
    type Output = Result<T>;
    type IntoFuture = Shared<'a, T>;

    fn into_future(self) -> Self::IntoFuture {
        Shared::task(&self.state)
    }
}

impl<T: 'static> FromAny for Task<T> {
    fn from_any(state: Rc<dyn std::any::Any>) -> Option<Self> {
        state.downcast().ok().map(Task::from_state)
    }
}

/// What a task has beyond a future.
pub(crate) struct TaskPart {
    number: u64,
    context: ContextCell,
    /// Gives the name of the coroutine's type.
    coro: fn() -> &'static str,
    /// What the last step awaited when it suspended.
    awaits: Cell<Awaits>,
    /// And where.
    at: Cell<&'static Location<'static>>,
    /// Set while the loop owns the task.
    key: Cell<Option<TaskKey>>,
    /// Set from the first suspension to the coroutine's end, which breaks the cycle between coroutine and state.
    waker: Cell<Option<Waker>>,
    progress: Cell<Progress>,
    /// Python's `_must_cancel`: a request that no await point has seen.
    must_cancel: Cell<bool>,
    /// Python's `_log_destroy_pending`.
    log_destroy_pending: Cell<bool>,
    rare: Cell<Option<Box<Rare>>>,
}

/// What few tasks have.
#[derive(Default)]
struct Rare {
    /// A name that the program gave.
    name: Option<Rc<str>>,
    cancel_msg: Option<Arc<str>>,
    /// Python's `_num_cancels_requested`.
    requests: u32,
    /// How many of the requests to cancel are those of scopes.
    scoped: u32,
    /// The task's place in the tree of cancel scopes, if it is there as a member of a group.
    place: Option<Weak<Node>>,
    /// What the last step awaited beside a future.
    beside: Option<&'static &'static str>,
    /// The line in which the task stands, if it waits on a primitive that has one, or else stood last.
    in_line: Option<InLine>,
}

/// What a suspended task awaits: two words, as the name of a future can be asked for.
enum Awaits {
    /// A future or a task (`_fut_waiter`).
    Future(Rc<dyn AnyFuture>),
    /// Something else of this name.
    Other(&'static &'static str),
}

impl Awaits {
    const NOTHING: Awaits = Awaits::Other(&"");
}

/// How far the coroutine has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Not polled yet.
    New,
    /// Suspended, perhaps with its next step scheduled.
    Suspended(WaitsOn),
    /// Inside a step.
    Running,
    /// Has ended in the step inside of `create_task`.
    EndedEagerly,
    /// The loop was closed before the task was done.
    Destroyed,
}

impl TaskPart {
    #[inline(always)] // so that it is built where it belongs, and not moved there
    fn new(number: u64, coro: fn() -> &'static str, context: ContextCell) -> Self {
        TaskPart {
            number,
            context,
            coro,
            awaits: Cell::new(Awaits::NOTHING),
            at: Cell::new(AwaitPoint::NOWHERE.at),
            key: Cell::new(None),
            waker: Cell::new(None),
            progress: Cell::new(Progress::New),
            must_cancel: Cell::new(false),
            log_destroy_pending: Cell::new(true),
            rare: Cell::new(None),
        }
    }

    /// A task with a name of its own has no number.
    fn named(name: Rc<str>, coro: fn() -> &'static str, context: ContextCell) -> Self {
        let part = TaskPart::new(0, coro, context);
        part.rare.set(Some(Box::new(Rare {
            name: Some(name),
            ..Rare::default()
        })));
        part
    }

    pub(crate) fn name(&self) -> String {
        match self.with_rare(|rare| rare.as_ref()?.name.clone()) {
            Some(name) => name.to_string(),
            None => format!("Task-{}", self.number),
        }
    }

    fn set_name(&self, name: String) {
        self.with_rare(|rare| rare.get_or_insert_default().name = Some(name.into()));
    }

    fn cancel_msg(&self) -> Option<Arc<str>> {
        self.with_rare(|rare| rare.as_ref()?.cancel_msg.clone())
    }

    fn set_cancel_msg(&self, msg: Option<Arc<str>>) {
        self.with_rare(|rare| {
            if msg.is_some() || rare.is_some() {
                rare.get_or_insert_default().cancel_msg = msg;
            }
        });
    }

    /// The message of the request that is about to be delivered; none is left.
    fn take_cancel_msg(&self) -> Option<Arc<str>> {
        self.with_rare(|rare| rare.as_mut()?.cancel_msg.take())
    }

    fn with_rare<R>(&self, f: impl FnOnce(&mut Option<Box<Rare>>) -> R) -> R {
        let mut rare = self.rare.take();
        let result = f(&mut rare);
        // What `take` has left owns nothing; to say so spares its destructor.
        std::mem::forget(self.rare.replace(rare));
        result
    }

    /// Makes the task a member of a group in a cancel scope.
    pub(crate) fn set_place(&self, node: &Rc<Node>) {
        self.with_rare(|rare| rare.get_or_insert_default().place = Some(Rc::downgrade(node)));
    }

    /// Whether a cancel scope cancels it, as a member of a group.
    pub(crate) fn is_cancelled_by_scope(&self) -> bool {
        let place = self.with_rare(|rare| rare.as_ref()?.place.as_ref()?.upgrade());
        place.is_some_and(|place| place.cancelled())
    }

    /// The one who made the task reports it if it does not end: nobody else needs to (TASK-20).
    pub(crate) fn expect_destruction(&self) {
        self.log_destroy_pending.set(false);
    }

    /// The coroutine begins whatever happens before, and takes a request to cancel by itself.
    pub(crate) fn begin_although_cancelled(&self) {
        if self.progress.get() == Progress::New {
            self.progress.set(Progress::Suspended(WaitsOn::Primitive));
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker() {
            waker.wake();
        }
    }

    #[inline]
    fn keep_waker(&self, waker: &Waker) {
        let kept = self.waker.take();
        self.waker.set(Some(kept.unwrap_or_else(|| waker.clone())));
    }

    fn waker(&self) -> Option<Waker> {
        let waker = self.waker.take();
        self.waker.set(waker.clone());
        waker
    }

    /// Whether `waker` is certainly the task's own.
    #[inline]
    fn is_own_waker(&self, waker: &Waker) -> bool {
        let kept = self.waker.take();
        let is_own = kept.as_ref().is_some_and(|kept| kept.will_wake(waker));
        self.waker.set(kept);
        is_own
    }
}

impl Kind for TaskPart {
    const NAME: &'static str = "Task";
    const KEY: &'static str = "task";

    fn cancel<T: 'static>(state: &Rc<State<Self, T>>, msg: Option<Arc<str>>) -> bool {
        cancel::cancel(state.clone(), msg)
    }

    fn what(&self) -> &'static &'static str {
        &"task"
    }

    fn as_task(&self) -> Option<&TaskPart> {
        Some(self)
    }

    fn reported(state: Rc<State<Self, ()>>) -> Rc<dyn ContextThing> {
        Rc::new(AnyTask::new(state))
    }

    fn take(&mut self) -> Self {
        let context = std::mem::take(&mut self.context);
        let successor = TaskPart::new(self.number, self.coro, context);
        successor.rare.set(self.rare.take());
        successor
    }

    fn pending(&self) -> &'static str {
        match self.cancelling() {
            0 => "pending",
            _ => "cancelling",
        }
    }

    fn describe(&self, phase: Phase, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " name={:?}", self.name())?;
        self.describe_coroutine(phase != Phase::Pending, f)
    }
}

impl<T: 'static> LoopTask for State<TaskPart, T> {
    fn waker(&self) -> Option<Waker> {
        self.head.kind.waker()
    }

    fn destroyed(self: Rc<Self>) {
        self.head.kind.withdraw_request();
        drop(self.head.kind.waker.take());
        self.head.kind.progress.set(Progress::Destroyed);
        if !self.head.kind.log_destroy_pending.get() {
            return;
        }
        let report = ExceptionContext::new("Task was destroyed but it is pending!")
            .with("task", AnyTask::new(self.clone()))
            .with_location(self.core().location());
        self.core().event_loop().call_exception_handler(&report);
    }

    fn waits_for(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.kind.standing().describe(f)
    }
}

impl<T: 'static> RunningTask for State<TaskPart, T> {
    fn context_cell(&self) -> &ContextCell {
        &self.head.kind.context
    }

    fn head(&self) -> &dyn Any {
        &self.head
    }

    fn hand_over(self: Rc<Self>, slot: &mut dyn Any) {
        if let Some(slot) = slot.downcast_mut() {
            *slot = Some(AnyTask::new(self));
        }
    }
}

/// The N of `Task-N`. Threads take numbers in blocks, so that a task costs no atomic operation.
#[inline]
fn next_number() -> u64 {
    const BLOCK: u64 = 1 << 10;
    static NEXT_BLOCK: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let mut number = NEXT.get();
    if number.is_multiple_of(BLOCK) {
        number = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
    }
    NEXT.set(number + 1);
    number + 1
}
