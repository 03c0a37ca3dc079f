//! The current task of a thread, and the unfinished tasks of a loop.
//!
//! Mirrors `current_task` and `all_tasks` of `asyncio.tasks`.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    Context, ContextThing, Error, EventLoop, Result, RunningTask, RuntimeError, get_running_loop,
    with_current_task,
};

use super::TaskPart;
use crate::futures::FromAny;
use crate::state::{AnyFuture, Core, Head, Phase};

/// A task without the type of its result: what [`current_task`] and [`all_tasks`] return.
#[derive(Clone)]
pub struct AnyTask(Rc<dyn AnyFuture>);

impl AnyTask {
    pub(super) fn new(task: Rc<dyn AnyFuture>) -> Self {
        AnyTask(task)
    }

    /// See [`Task::cancel`](super::Task::cancel).
    pub fn cancel(&self) -> bool {
        self.0.clone().cancel(None)
    }

    /// See [`Task::cancel_with`](super::Task::cancel_with).
    pub fn cancel_with(&self, msg: impl Into<Arc<str>>) -> bool {
        self.0.clone().cancel(Some(msg.into()))
    }

    /// See [`Task::cancelling`](super::Task::cancelling).
    pub fn cancelling(&self) -> usize {
        self.part().cancelling()
    }

    /// See [`Task::uncancel`](super::Task::uncancel).
    pub fn uncancel(&self) -> usize {
        self.part().uncancel()
    }

    /// See [`Task::done`](super::Task::done).
    pub fn done(&self) -> bool {
        self.0.core().done()
    }

    /// See [`Task::cancelled`](super::Task::cancelled).
    pub fn cancelled(&self) -> bool {
        self.0.core().phase() == Phase::Cancelled
    }

    /// See [`Task::exception`](super::Task::exception).
    ///
    /// # Errors
    ///
    /// `CancelledError` if the task was cancelled, `InvalidStateError` if it has not ended.
    pub fn exception(&self) -> Result<Option<Error>> {
        crate::state::exception(&*self.0)
    }

    /// See [`Task::get_name`](super::Task::get_name).
    pub fn get_name(&self) -> String {
        self.part().name()
    }

    /// See [`Task::set_name`](super::Task::set_name).
    pub fn set_name(&self, name: impl Into<String>) {
        self.part().set_name(name.into());
    }

    /// See [`Task::get_context`](super::Task::get_context).
    pub fn get_context(&self) -> Context {
        self.part().context.context()
    }

    /// See [`Task::get_loop`](super::Task::get_loop).
    pub fn get_loop(&self) -> EventLoop {
        self.0.core().event_loop().clone()
    }

    /// The task itself, if its result is a `T`.
    pub fn downcast<T: 'static>(&self) -> Option<super::Task<T>> {
        super::Task::from_any(self.0.clone().to_any())
    }

    pub(crate) fn future(&self) -> &Rc<dyn AnyFuture> {
        &self.0
    }

    fn part(&self) -> &TaskPart {
        self.0.as_task().expect("made from a task")
    }
}

impl PartialEq for AnyTask {
    /// Whether both are handles to the same task.
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }
}

impl<T: 'static> PartialEq<super::Task<T>> for AnyTask {
    fn eq(&self, other: &super::Task<T>) -> bool {
        *self == other.as_any()
    }
}

/// What a report has under the key `task`.
impl ContextThing for AnyTask {
    fn context(&self) -> Option<Context> {
        Some(self.get_context())
    }
}

impl fmt::Debug for AnyTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
    }
}

/// The task whose step is running: `asyncio.current_task`. `None` inside a plain callback.
///
/// # Errors
///
/// `RuntimeError` if no loop is running.
pub fn current_task() -> Result<Option<AnyTask>, RuntimeError> {
    get_running_loop()?;
    Ok(running_task())
}

/// As [`current_task`], where a loop is running.
pub(crate) fn running_task() -> Option<AnyTask> {
    asyncio_executor::current_task().and_then(any_task)
}

/// The unfinished tasks of the running loop, in no particular order: `asyncio.all_tasks`.
///
/// # Errors
///
/// `RuntimeError` if no loop is running.
pub fn all_tasks() -> Result<Vec<AnyTask>, RuntimeError> {
    Ok(tasks_of(&get_running_loop()?))
}

/// The unfinished tasks of `event_loop`: `asyncio.all_tasks(loop)`.
pub(crate) fn tasks_of(event_loop: &EventLoop) -> Vec<AnyTask> {
    event_loop
        .tasks()
        .into_iter()
        .filter_map(|task| any_task(task))
        .collect()
}

pub(crate) fn any_task(task: Rc<dyn RunningTask>) -> Option<AnyTask> {
    let mut slot: Option<AnyTask> = None;
    task.hand_over(&mut slot);
    slot
}

/// The task whose step is running, as the crate uses it.
pub(crate) type CurrentTask = Head<TaskPart>;

/// Calls `f` with the current task. `f` must not poll or drop foreign values.
#[inline]
pub(crate) fn with_current<R>(f: impl FnOnce(Option<&CurrentTask>) -> R) -> R {
    with_current_task(|head| f(head.and_then(|head| head.downcast_ref())))
}

/// Whether the current task is that of `core`.
pub(crate) fn is_current_task(core: &Core) -> bool {
    with_current(|task| task.is_some_and(|task| std::ptr::eq(&task.core, core)))
}

impl CurrentTask {
    pub(crate) fn part(&self) -> &TaskPart {
        &self.kind
    }
}

/// The error of an await that could never end, as CPython raises it.
#[cold]
pub(crate) fn refuse(task: &AnyTask, awaited: &dyn AnyFuture) -> RuntimeError {
    RuntimeError::with_message(if std::ptr::eq(task.0.core(), awaited.core()) {
        format!("Task cannot await on itself: {task:?}")
    } else {
        format!("Task {task:?} got Future {awaited:?} attached to a different loop")
    })
}
