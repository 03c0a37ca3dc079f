//! The current task of a thread, and the unfinished tasks of a loop.
//!
//! Mirrors `current_task` and `all_tasks` of `asyncio.tasks`.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use asyncio_executor::{Context, Error, EventLoop, Result, RuntimeError, get_running_loop};

use super::{Name, TaskPart};
use crate::state::{AnyFuture, Phase};

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
        *self.part().name.borrow_mut() = Name::Given(name.into().into());
    }

    /// See [`Task::get_context`](super::Task::get_context).
    pub fn get_context(&self) -> Context {
        self.part().context.context()
    }

    /// See [`Task::get_loop`](super::Task::get_loop).
    pub fn get_loop(&self) -> EventLoop {
        self.0.core().event_loop().clone()
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
    Ok(with_current(|task| {
        task.map(|task| AnyTask(task.0.clone()))
    }))
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
    let tasks = event_loop.tasks().into_iter();
    tasks
        .map(|task| {
            *task
                .to_any()
                .downcast::<AnyTask>()
                .expect("tasks are made by this crate")
        })
        .collect()
}

/// The task whose step is running, as the crate uses it.
pub(crate) struct CurrentTask(Rc<dyn AnyFuture>);

impl CurrentTask {
    pub(super) fn new(task: Rc<dyn AnyFuture>) -> Self {
        CurrentTask(task)
    }

    pub(crate) fn future(&self) -> &dyn AnyFuture {
        &*self.0
    }

    pub(crate) fn part(&self) -> &TaskPart {
        self.0.as_task().expect("made from a task")
    }
}

/// Calls `f` with the current task. `f` must not poll or drop foreign values.
pub(crate) fn with_current<R>(f: impl FnOnce(Option<&CurrentTask>) -> R) -> R {
    let mut f = Some(f);
    let called =
        CURRENT.try_with(|current| f.take().expect("called once")(current.borrow().as_ref()));
    // The thread is ending.
    called.unwrap_or_else(|_| f.take().expect("not called")(None))
}

/// Makes `task` the current one while `f` runs.
pub(super) fn enter<R>(task: CurrentTask, f: impl FnOnce() -> R) -> R {
    struct Leave(Option<CurrentTask>);
    impl Drop for Leave {
        fn drop(&mut self) {
            let left = CURRENT.replace(self.0.take());
            drop(left);
        }
    }
    let _leave = Leave(CURRENT.replace(Some(task)));
    f()
}

thread_local! {
    static CURRENT: RefCell<Option<CurrentTask>> = const { RefCell::new(None) };
}
