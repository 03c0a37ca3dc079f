//! [`TaskGroup`]: tasks that end together. Mirrors `asyncio.taskgroups`.

mod limit;
mod member;

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future as StdFuture, poll_fn};
use std::panic::Location;
use std::rc::{Rc, Weak};

use asyncio_executor::{
    CancelledError, Context, Error, EventLoop, Result, RuntimeError, ValueError,
};

use crate::callbacks::{Awaiter, OnDone};
use crate::cancel_scopes::{InNode, Node, Place, cancelled_here, here};
use crate::exception_group::ExceptionGroup;
use crate::futures::Future;
use crate::state::{AnyFuture, Phase as FuturePhase};
use crate::tasks::{Scope, Task, TaskOptions, current_task};
use limit::{Claim, Limit, Turn};
use member::{Lot, Member};

/// Tasks that are all awaited before the group is left: `asyncio.TaskGroup`.
///
/// [`run`](TaskGroup::run) runs a body in the current task, which may borrow the locals around it, and gives it the group
/// to [create tasks](TaskGroup::create_task) in. When the body has ended it waits for the tasks. The first error of a task
/// or of the body cancels all the others, and when they have ended the group ends with an [`ExceptionGroup`]. A task that
/// ends cancelled is no error.
///
/// A cheap clone, which a task can take along to create others.
///
/// ```
/// use asyncio_tasks::{ExceptionGroup, TaskGroup, ValueError, sleep};
///
/// # asyncio_tasks::run(async {
/// let base = String::from("1");
/// let sum = TaskGroup::run(async |tg| {
///     let one = base.parse::<u32>()?;
///     let two = tg.create_task(async {
///         sleep(0.001).await?;
///         Ok(2)
///     });
///     Ok(one + two.await?)
/// });
/// assert_eq!(sum.await?, 3);
///
/// let failed = TaskGroup::run(async |tg| {
///     tg.create_task::<()>(async { Err(ValueError::with_message("bad").into()) });
///     sleep(3600.0).await
/// });
/// let error = failed.await.unwrap_err();
/// let group = error.downcast_ref::<ExceptionGroup>().unwrap();
/// assert_eq!(group.to_string(), "unhandled errors in a TaskGroup (1 sub-exception)");
/// assert!(group.contains::<ValueError>());
/// # Ok(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct TaskGroup(Rc<Group>);

struct Group {
    phase: Cell<Phase>,
    abort: Cell<Abort>,
    /// The body, and the wait for the tasks. Set on entry.
    scope: OnceCell<Scope>,
    /// The cancel scope in which the group was entered. The tasks are inside of it, too.
    cancel_scope: OnceCell<Rc<Node>>,
    /// How many tasks run at once.
    limit: Option<Rc<Limit>>,
    /// The tasks that are not done, in the order of their creation.
    tasks: RefCell<BTreeMap<u64, Rc<dyn AnyFuture>>>,
    created: Cell<u64>,
    /// The tasks that have failed, in that order. They keep their errors, which are reported if the group is dropped.
    failed: RefCell<Vec<Rc<dyn AnyFuture>>>,
    /// A `KeyboardInterrupt` or `SystemExit`: the first one.
    base_error: RefCell<Option<Error>>,
    /// What the group waits on for its tasks.
    completed: RefCell<Option<Future<()>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not entered yet.
    Created,
    /// To be cancelled on entry.
    CancelledEarly,
    /// The body runs.
    Entered,
    /// The body has ended, the tasks perhaps not.
    Exiting,
    /// Left, or dropped.
    Left,
}

/// Whether the group is coming to an early end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Abort {
    /// It is not.
    No,
    /// The tasks are cancelled.
    Tasks,
    /// The tasks are cancelled and the group's own task, by the group (`_parent_cancel_requested`).
    TasksAndParent,
}

impl TaskGroup {
    /// A group that is not entered yet: `asyncio.TaskGroup()`.
    ///
    /// Mostly [`run`](TaskGroup::run) is what you want. A group made by hand can be handed around, and cancelled, before
    /// it is [entered](TaskGroup::enter).
    pub fn new() -> Self {
        Self::with_limit(None)
    }

    /// A group that is not like others: one with a [limit](TaskGroupBuilder::limit).
    pub fn builder() -> TaskGroupBuilder {
        TaskGroupBuilder::default()
    }

    fn with_limit(limit: Option<Rc<Limit>>) -> Self {
        TaskGroup(Rc::new(Group {
            phase: Cell::new(Phase::Created),
            abort: Cell::new(Abort::No),
            scope: OnceCell::new(),
            cancel_scope: OnceCell::new(),
            limit,
            tasks: RefCell::default(),
            created: Cell::new(0),
            failed: RefCell::default(),
            base_error: RefCell::default(),
            completed: RefCell::default(),
        }))
    }

    /// Runs `body` in a new group, waits for the group's tasks, and returns what the body returned:
    /// `async with asyncio.TaskGroup()`.
    ///
    /// # Cancel safety
    ///
    /// Cancelling the task cancels the body and the tasks, and waits for them. Dropped, it can only cancel the tasks,
    /// which end by themselves then.
    ///
    /// # Errors
    ///
    /// An [`ExceptionGroup`] with the errors of the tasks in the order in which they ended, and that of the body last; a
    /// `KeyboardInterrupt` or `SystemExit` as it is; `CancelledError` if the task was cancelled and nothing failed.
    /// `RuntimeError` outside of a task.
    ///
    /// A body that [`cancel`](TaskGroup::cancel) cut short returned nothing: then the result is `Ok(())` if the body's
    /// type is `()`, and a `CancelledError` for any other type. [`enter`](TaskGroup::enter) tells the two apart.
    pub async fn run<T: 'static>(body: impl AsyncFnOnce(&TaskGroup) -> Result<T>) -> Result<T> {
        TaskGroup::new().run_once(body).await
    }

    async fn run_once<T: 'static>(
        self,
        body: impl AsyncFnOnce(&TaskGroup) -> Result<T>,
    ) -> Result<T> {
        let returned = self.enter(body).await?;
        returned.or_else(unit).ok_or_else(|| {
            let text = "the TaskGroup was cancelled before its body had returned";
            CancelledError::with_msg(Some(text.into())).into()
        })
    }

    /// As [`run`](TaskGroup::run), for a group made by hand: `async with` on an `asyncio.TaskGroup`. Returns `None` if
    /// [`cancel`](TaskGroup::cancel) cut the body short.
    ///
    /// # Errors
    ///
    /// As [`run`](TaskGroup::run); `RuntimeError` if it was entered before.
    ///
    /// ```
    /// # asyncio_tasks::run(async {
    /// let group = asyncio_tasks::TaskGroup::new();
    /// let canceller = group.clone();
    /// let returned = group.enter(async |tg| {
    ///     tg.create_task(async move { Ok(canceller.cancel()) });
    ///     asyncio_tasks::sleep(3600.0).await
    /// });
    /// assert_eq!(returned.await?, None);
    /// # Ok(()) }).unwrap();
    /// ```
    pub async fn enter<T>(
        &self,
        body: impl AsyncFnOnce(&TaskGroup) -> Result<T>,
    ) -> Result<Option<T>> {
        let entered = self.begin()?;
        let outcome = entered.scope().around(body(self)).await;
        entered.exit(outcome).await
    }

    /// Starts `coro` as a task of the group: `TaskGroup.create_task`.
    ///
    /// Where Python raises a `RuntimeError`, because the group is not entered, has ended or is being cancelled, the
    /// coroutine is dropped, and the task that is returned has failed with that error.
    ///
    /// # Panics
    ///
    /// Without a running loop.
    #[track_caller]
    pub fn create_task<T: 'static>(
        &self,
        coro: impl StdFuture<Output = Result<T>> + 'static,
    ) -> Task<T> {
        self.task_builder().create(coro)
    }

    /// As [`create_task`](TaskGroup::create_task), when the task can run at once: in a group with a
    /// [limit](TaskGroupBuilder::limit), waits for its turn first, in one queue with the tasks that were created.
    ///
    /// A loop that makes tasks of a long or endless input does not run ahead of them with this.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped before the task is created, the coroutine is dropped, and its turn goes to the next one.
    ///
    /// # Errors
    ///
    /// `CancelledError`. What a group refuses is the error of the task, as of `create_task`.
    ///
    /// # Panics
    ///
    /// Without a running loop.
    ///
    /// ```
    /// use asyncio_tasks::{TaskGroup, sleep};
    ///
    /// # asyncio_tasks::run(async {
    /// TaskGroup::builder().limit(2).run(async |tg| {
    ///     for _ in 0..10 {
    ///         tg.create_task_when_free(sleep(0.001)).await?;
    ///         assert!(asyncio_tasks::all_tasks()?.len() <= 3);
    ///     }
    ///     Ok(())
    /// }).await
    /// # }).unwrap();
    /// ```
    #[track_caller]
    pub fn create_task_when_free<T, C>(
        &self,
        coro: C,
    ) -> impl StdFuture<Output = Result<Task<T>>> + use<'_, T, C>
    where
        T: 'static,
        C: StdFuture<Output = Result<T>> + 'static,
    {
        let location = Location::caller();
        let builder = self.task_builder();
        async move {
            let mut turn = self.0.turn();
            if let Some(turn) = &mut turn {
                poll_fn(|cx| turn.poll(cx)).await?;
            }
            Ok(builder.create_at(coro, turn, location))
        }
    }

    /// As [`create_task`](TaskGroup::create_task), with a name or a context: `TaskGroup.create_task(coro, name=...)`.
    ///
    /// ```
    /// # asyncio_tasks::run(async {
    /// asyncio_tasks::TaskGroup::run(async |tg| {
    ///     let task = tg.task_builder().name("worker").create(async { Ok(()) });
    ///     assert_eq!(task.get_name(), "worker");
    ///     Ok(())
    /// }).await
    /// # }).unwrap();
    /// ```
    pub fn task_builder(&self) -> GroupTaskBuilder<'_> {
        GroupTaskBuilder {
            group: self,
            options: TaskOptions::default(),
        }
    }

    /// Cancels the body and the tasks, and makes the group end without an error: `TaskGroup.cancel`.
    ///
    /// Errors that they end with are raised all the same. Does nothing the second time, nor when the group has ended. A
    /// group that is not entered yet is cancelled on entry.
    pub fn cancel(&self) {
        match self.0.phase.get() {
            Phase::Created => self.0.phase.set(Phase::CancelledEarly),
            Phase::CancelledEarly | Phase::Left => {}
            Phase::Exiting if self.0.tasks.borrow().is_empty() => {}
            Phase::Entered | Phase::Exiting => self.0.abort_with_parent(),
        }
    }

    /// Python's `__aenter__`.
    fn begin(&self) -> Result<Entered> {
        let early = match self.0.phase.get() {
            Phase::Created => false,
            Phase::CancelledEarly => true,
            _ => return Err(self.refuse("has already been entered").into()),
        };
        let Some(task) = current_task()? else {
            return Err(self.refuse("cannot determine the parent task").into());
        };
        self.0.scope.get_or_init(|| Scope::new(&task));
        if let Some(node) = here() {
            let _ = self.0.cancel_scope.set(node);
        }
        self.0.phase.set(Phase::Entered);
        if early {
            self.cancel();
        }
        Ok(Entered(self.clone()))
    }

    /// Whether a task may be created now.
    fn check_open(&self) -> Result<(), RuntimeError> {
        let group = &*self.0;
        let over = || group.tasks.borrow().is_empty();
        match group.phase.get() {
            Phase::Created | Phase::CancelledEarly => Err(self.refuse("has not been entered")),
            Phase::Left => Err(self.refuse("is finished")),
            Phase::Exiting if over() => Err(self.refuse("is finished")),
            _ if group.abort.get() != Abort::No => Err(self.refuse("is shutting down")),
            Phase::Entered | Phase::Exiting => Ok(()),
        }
    }

    fn refuse(&self, why: &str) -> RuntimeError {
        RuntimeError::with_message(format!("TaskGroup {self:?} {why}"))
    }

    fn add<T: 'static>(&self, task: &Task<T>, claim: Option<Rc<Claim>>) {
        let group = &*self.0;
        let number = group.created.get();
        group.created.set(number + 1);
        let task: Rc<dyn AnyFuture> = task.state.clone();
        group.tasks.borrow_mut().insert(number, task.clone());
        let weak = Rc::downgrade(&self.0);
        // TG-12: a task that is done already is dealt with one iteration later, like any other.
        task.on_done(Rc::new(TaskDone {
            group: weak,
            number,
            _claim: claim,
        }));
        if group.abort.get() != Abort::No && !task.core().done() {
            // It has cancelled the group in its eager step, before it belonged to it.
            group.cancel_task(task);
        }
    }
}

impl Default for TaskGroup {
    fn default() -> Self {
        TaskGroup::new()
    }
}

/// `<TaskGroup tasks=2 errors=1 cancelling>`
impl fmt::Debug for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = &*self.0;
        f.write_str("<TaskGroup")?;
        for (what, count) in [
            ("tasks", group.tasks.borrow().len()),
            ("errors", group.failed.borrow().len()),
        ] {
            if count > 0 {
                write!(f, " {what}={count}")?;
            }
        }
        match group.phase.get() {
            _ if group.abort.get() != Abort::No => f.write_str(" cancelling>"),
            Phase::Created | Phase::CancelledEarly => f.write_str(">"),
            _ => f.write_str(" entered>"),
        }
    }
}

/// Creates a task of a group with other than the defaults; see [`TaskGroup::task_builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `create` is called"]
pub struct GroupTaskBuilder<'a> {
    group: &'a TaskGroup,
    options: TaskOptions,
}

impl GroupTaskBuilder<'_> {
    /// The task's name: `name=`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into().into());
        self
    }

    /// The context in which the coroutine runs, shared and not copied: `context=`.
    pub fn context(mut self, context: &Context) -> Self {
        self.options.context = Some(context.clone());
        self
    }

    /// Whether the task starts at once, inside of [`create`](GroupTaskBuilder::create): `eager_start=`. See
    /// [`TaskBuilder::eager_start`](crate::TaskBuilder::eager_start).
    pub fn eager_start(mut self, eager_start: bool) -> Self {
        self.options.eager_start = Some(eager_start);
        self
    }

    /// Starts `coro`; see [`TaskGroup::create_task`].
    ///
    /// # Panics
    ///
    /// Without a running loop.
    #[track_caller]
    pub fn create<T: 'static>(self, coro: impl StdFuture<Output = Result<T>> + 'static) -> Task<T> {
        let turn = self.group.0.turn();
        self.create_at(coro, turn, Location::caller())
    }

    fn create_at<T: 'static>(
        self,
        coro: impl StdFuture<Output = Result<T>> + 'static,
        turn: Option<Turn>,
        location: &'static Location<'static>,
    ) -> Task<T> {
        let event_loop = EventLoop::current();
        if let Err(refusal) = self.group.check_open() {
            return Task::failed(&event_loop, self.options, location, refusal.into());
        }
        let lot = Lot::new(self.group.0.cancel_scope.get(), turn);
        let node = lot.as_ref().and_then(|lot| lot.node().cloned());
        let claim = lot.as_ref().and_then(|lot| lot.claim());
        let task = Task::spawn(&event_loop, Member::new(lot, coro), self.options, location);
        if let Some(node) = node {
            task.state.head.kind.set_place(&node);
        }
        self.group.add(&task, claim);
        task
    }
}

/// A group with a limit; see [`TaskGroup::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `run` or `build` is called"]
pub struct TaskGroupBuilder {
    limit: Option<usize>,
}

impl TaskGroupBuilder {
    /// So many tasks of the group run at once, at most.
    ///
    /// A task beyond that is created, but waits for its turn, first come first served, until another one has ended. One
    /// that is cancelled before never runs. [`TaskGroup::create_task_when_free`] waits with the creation.
    ///
    /// A task that waits for its own turn to pass must not wait for the tasks behind it: tasks that create others in the
    /// same group may do so at any time, but if each task that runs awaits one that does not, none ever will. Give such
    /// tasks a group of their own.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use asyncio_tasks::{TaskGroup, sleep};
    ///
    /// # asyncio_tasks::run(async {
    /// let (running, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    /// TaskGroup::builder().limit(3).run(async |tg| {
    ///     for _ in 0..10 {
    ///         let (running, most) = (running.clone(), most.clone());
    ///         tg.create_task(async move {
    ///             running.set(running.get() + 1);
    ///             most.set(most.get().max(running.get()));
    ///             sleep(0.001).await?;
    ///             running.set(running.get() - 1);
    ///             Ok(())
    ///         });
    ///     }
    ///     Ok(())
    /// }).await?;
    /// assert_eq!(most.get(), 3);
    /// # Ok(()) }).unwrap();
    /// ```
    pub fn limit(mut self, tasks: usize) -> Self {
        self.limit = Some(tasks);
        self
    }

    /// The group, which is not entered yet.
    ///
    /// # Errors
    ///
    /// `ValueError` if the limit is 0.
    pub fn build(self) -> Result<TaskGroup, ValueError> {
        match self.limit {
            Some(0) => Err(ValueError::with_message("limit must be at least 1, not 0")),
            limit => Ok(TaskGroup::with_limit(limit.map(Limit::new))),
        }
    }

    /// Runs `body` in the group, as [`TaskGroup::run`] does.
    ///
    /// # Errors
    ///
    /// As [`TaskGroup::run`]; `ValueError` if the limit is 0.
    pub async fn run<T: 'static>(
        self,
        body: impl AsyncFnOnce(&TaskGroup) -> Result<T>,
    ) -> Result<T> {
        self.build()?.run_once(body).await
    }
}

/// The time from entering a group to leaving it. Dropped early, it cancels the tasks.
struct Entered(TaskGroup);

impl Entered {
    fn scope(&self) -> &Scope {
        self.group().scope.get().expect("set on entry")
    }

    fn group(&self) -> &Group {
        &self.0.0
    }

    /// Python's `__aexit__`.
    async fn exit<T>(self, outcome: Result<T>) -> Result<Option<T>> {
        let group = self.group();
        group.phase.set(Phase::Exiting);
        let mut cancelled = None;
        if let Err(error) = &outcome {
            if error.is_base_exception() {
                group.note_base_error(error);
            }
            cancelled = Some(error.clone()).filter(Error::is_cancelled);
            group.abort();
        }
        let later = self.wait_for_tasks(&mut cancelled).await;
        group.phase.set(Phase::Left);
        let errors = group.take_errors();
        if let Some(error) = group.base_error.take() {
            return Err(error);
        }
        if group.abort.get() == Abort::TasksAndParent {
            // A cancel scope around wins, as another request to cancel does.
            if self.scope().uncancel() == 0 && cancelled_here().is_none() {
                cancelled = None;
            } else if cancelled.is_none() {
                // The cancellation that is left is not the group's.
                cancelled = later;
            }
        }
        match cancelled {
            Some(cancelled) if errors.is_empty() => Err(cancelled),
            _ => self.raise(outcome, errors),
        }
    }

    /// Waits until no task is left. The first cancellation of the wait, if nothing was being cancelled before, goes to
    /// `cancelled`; the last one is returned.
    async fn wait_for_tasks(&self, cancelled: &mut Option<Error>) -> Option<Error> {
        let group = self.group();
        let mut last = None;
        while !group.tasks.borrow().is_empty() {
            let completed = Future::waiter(&EventLoop::current(), &"TaskGroup");
            group.completed.replace(Some(completed.clone()));
            let waited = self.scope().around(self.wait_for(completed)).await;
            group.completed.take();
            if let Err(error) = waited {
                last = Some(error.clone());
                if group.abort.get() == Abort::No {
                    *cancelled = Some(error);
                    group.abort();
                }
            }
        }
        last
    }

    /// A cancel scope that is cancelled says so once, and the tasks are cancelled: after that there is only to wait.
    async fn wait_for(&self, completed: Future<()>) -> Result<()> {
        match self.group().cancel_scope.get() {
            Some(scope) if self.group().abort.get() != Abort::No => {
                let place = Place::shielded_inside(scope);
                InNode::new(place.node().clone(), completed).await
            }
            _ => completed.await,
        }
    }

    /// The end of `__aexit__`: raises the errors, if there are any.
    fn raise<T>(&self, outcome: Result<T>, mut errors: Vec<Error>) -> Result<Option<T>> {
        let returned = match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                errors.extend(Some(error).filter(|error| !error.is_cancelled()));
                None
            }
        };
        let Some(errors) = ExceptionGroup::of("unhandled errors in a TaskGroup".into(), errors)
        else {
            return Ok(returned);
        };
        self.scope().renew_request();
        Err(errors.into())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let group = self.group();
        if group.phase.replace(Phase::Left) == Phase::Left {
            return;
        }
        let had_cancelled_parent = group.abort.get() == Abort::TasksAndParent;
        group.abort();
        if had_cancelled_parent {
            self.scope().withdraw();
        }
        // Nobody will raise their errors: they report them themselves.
        drop(group.failed.take());
    }
}

impl Group {
    /// The right to run a task, if not everyone has it.
    fn turn(&self) -> Option<Turn> {
        self.limit.as_ref().map(Limit::turn)
    }

    /// Cancels the tasks, once.
    fn abort(&self) {
        if self.abort.get() != Abort::No {
            return;
        }
        self.abort.set(Abort::Tasks);
        let tasks: Vec<_> = self.tasks.borrow().values().cloned().collect();
        for task in tasks.into_iter().filter(|task| !task.core().done()) {
            self.cancel_task(task);
        }
    }

    fn cancel_task(&self, task: Rc<dyn AnyFuture>) {
        let scope = self.cancel_scope.get();
        // A scope that is cancelled cancels it as it does this group; and the task may have a shield.
        if !scope.is_some_and(|scope| scope.cancelled()) {
            task.cancel(None);
        }
    }

    /// Cancels the tasks, and what the group's own task does in the group, once.
    fn abort_with_parent(&self) {
        if self.abort.get() != Abort::No {
            return;
        }
        self.abort();
        self.abort.set(Abort::TasksAndParent);
        if let Some(scope) = self.scope.get() {
            scope.cancel();
        }
    }

    /// Python's `_on_task_done`.
    fn task_done(&self, number: u64, task: Rc<dyn AnyFuture>) {
        let removed = self.tasks.borrow_mut().remove(&number);
        drop(removed);
        if self.tasks.borrow().is_empty() {
            self.complete();
        }
        let cancelled = task.core().phase() == FuturePhase::Cancelled;
        let error = task.outcome_error().filter(|_| !cancelled);
        let (Some(error), true) = (error, self.phase.get() != Phase::Left) else {
            return;
        };
        if error.is_base_exception() {
            self.note_base_error(&error);
        }
        self.failed.borrow_mut().push(task);
        self.abort_with_parent();
    }

    fn complete(&self) {
        let completed = self.completed.borrow().clone();
        if let Some(completed) = completed.filter(|completed| !completed.done()) {
            completed.state.finish(Ok(()));
        }
    }

    fn note_base_error(&self, error: &Error) {
        let mut first = self.base_error.borrow_mut();
        if first.is_none() {
            *first = Some(error.clone());
        }
    }

    /// The errors of the tasks, which count as retrieved from now on.
    fn take_errors(&self) -> Vec<Error> {
        let failed = self.failed.take();
        let errors = failed.iter().filter_map(|task| {
            task.mark_retrieved();
            task.outcome_error()
        });
        errors.collect()
    }
}

/// The done callback of a task. It refers to the group weakly, or a task that never ends would keep the group, and the
/// group the task.
struct TaskDone {
    group: Weak<Group>,
    number: u64,
    /// Given back after the call: the failure of a task cancels those in the queue before one of them gets its place.
    _claim: Option<Rc<Claim>>,
}

impl OnDone for TaskDone {
    fn call(&self, task: Rc<dyn AnyFuture>) -> Result<()> {
        if let Some(group) = self.group.upgrade() {
            group.task_done(self.number, task);
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        let group = self.group.upgrade();
        let scope = group.as_ref().and_then(|group| group.scope.get());
        if let Some(parent) = scope.and_then(Scope::task) {
            visit(Awaiter::Future(parent));
        }
    }

    fn name(&self) -> &'static str {
        "TaskGroup"
    }
}

/// `()`, if that is a `T`.
fn unit<T: 'static>() -> Option<T> {
    let mut returned: Option<T> = None;
    let any: &mut dyn Any = &mut returned;
    if let Some(returned) = any.downcast_mut::<Option<()>>() {
        *returned = Some(());
    }
    returned
}
