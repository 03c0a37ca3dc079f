//! [`TaskGroup`]: tasks that end together. Mirrors `asyncio.taskgroups`.

mod builder;
mod entered;
mod group;
mod limit;
mod member;

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::future::{Future as StdFuture, poll_fn};
use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::{CancelledError, Result, RuntimeError};

pub use builder::{GroupTaskBuilder, TaskGroupBuilder};

use crate::cancel_scopes::here;
use crate::state::AnyFuture;
use crate::tasks::{Scope, Task, TaskOptions, current_task, same_type};
use entered::Entered;
use group::{Abort, Group, Phase, TaskDone};
use limit::{Claim, Limit};

/// Tasks that are all awaited before the group is left: `asyncio.TaskGroup`.
///
/// [`run`](TaskGroup::run) runs a body in the current task, which may borrow the locals around it, and gives it the group
/// to [create tasks](TaskGroup::create_task) in. When the body has ended it waits for the tasks. The first error of a task
/// or of the body cancels all the others, and when they have ended the group ends with an
/// [`ExceptionGroup`](crate::ExceptionGroup). A task that ends cancelled is no error.
///
/// A cheap clone, which a task can take along to create others. A group that is entered inside of a
/// [`CancelScope`](crate::CancelScope) is cancelled with all its tasks when the scope is.
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
    /// An [`ExceptionGroup`](crate::ExceptionGroup) with the errors of the tasks in the order in which they ended, and
    /// that of the body last; a `KeyboardInterrupt` or `SystemExit` as it is; `CancelledError` if the task was cancelled and nothing failed.
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
        let returned = returned.or_else(|| same_type(()).ok()); // `()`, if that is a `T`
        returned.ok_or_else(|| {
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
