//! [`TaskStack`]: where a task stands. Mirrors `asyncio.base_tasks`.

use std::fmt;
use std::rc::Rc;

use asyncio_executor::Error;

use super::{AnyTask, Progress, Task};
use crate::graph::{Frame, stack_of};
use crate::state::{AnyFuture, Phase};

/// Where a task stands, as [`Task::get_stack`] found it. Its `Display` is what [`Task::print_stack`] prints.
#[derive(Debug)]
pub struct TaskStack {
    /// How the task was described.
    task: String,
    frames: Vec<Frame>,
    /// Of a task that has failed.
    error: Option<Error>,
}

impl TaskStack {
    fn of(task: &Rc<dyn AnyFuture>) -> Self {
        let error = task
            .outcome_error()
            .filter(|_| task.core().phase() == Phase::Finished);
        let mut frames = stack_of(task);
        if error.is_some() {
            frames.extend(Frame::of_coroutine(&**task));
        }
        frames.reverse();
        TaskStack {
            task: format!("{task:?}"),
            frames,
            error,
        }
    }

    /// The places, from the coroutine to the await. Of a task that has failed, the coroutine alone; none of one
    /// that has ended otherwise.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Leaves so many places, the innermost ones: `limit=`.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        let surplus = self.frames.len().saturating_sub(limit);
        self.frames.drain(..surplus);
        self
    }
}

/// ```text
/// Stack for <Task pending name="Task-2" ...> (most recent call last):
///   File "app.rs", line 7, task of app::outer()
///   File "app.rs", line 3, await of sleep
/// ```
impl fmt::Display for TaskStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = &self.task;
        match (&self.error, self.frames.is_empty()) {
            (Some(_), _) => write!(f, "Traceback for {task} (most recent call last):")?,
            (None, true) => write!(f, "No stack for {task}")?,
            (None, false) => write!(f, "Stack for {task} (most recent call last):")?,
        }
        for frame in &self.frames {
            write!(f, "\n  {frame}")?;
        }
        match &self.error {
            Some(error) => write!(f, "\n{}: {error}", error.type_name()),
            None => Ok(()),
        }
    }
}

impl<T: 'static> Task<T> {
    /// The coroutine as far as it is known, the path of its function and where its task was created: `Task.get_coro`.
    /// `None` if it ended in its eager start.
    pub fn get_coro(&self) -> Option<Frame> {
        self.as_any().get_coro()
    }

    /// Where the task stands: `Task.get_stack`.
    ///
    /// Rust keeps no stack of a suspended coroutine: what is known is the task's coroutine, with the place where the task
    /// was created, and the innermost await.
    ///
    /// ```
    /// use asyncio_tasks::{create_task, run, sleep};
    ///
    /// async fn worker() -> asyncio_tasks::Result<()> {
    ///     sleep(1.0).await
    /// }
    ///
    /// run(async {
    ///     let task = create_task(worker());
    ///     sleep(0.0).await?;
    ///     let stack = task.get_stack();
    ///     assert!(stack.frames()[0].function().unwrap().ends_with("worker"));
    ///     assert_eq!(stack.frames()[1].awaits(), Some("sleep"));
    ///     assert_eq!(task.get_stack().limit(1).frames().len(), 1);
    ///     Ok(())
    /// }).unwrap();
    /// ```
    pub fn get_stack(&self) -> TaskStack {
        self.as_any().get_stack()
    }

    /// Prints where the task stands on standard error: `Task.print_stack`. To write it elsewhere, use the `Display` of
    /// [`get_stack`](Task::get_stack).
    pub fn print_stack(&self) {
        self.as_any().print_stack();
    }
}

impl AnyTask {
    /// See [`Task::get_coro`].
    pub fn get_coro(&self) -> Option<Frame> {
        let task = self.future();
        let ended_eagerly = |task: &dyn AnyFuture| {
            let part = task.as_task();
            part.is_some_and(|part| part.progress.get() == Progress::EndedEagerly)
        };
        Frame::of_coroutine(&**task).filter(|_| !ended_eagerly(&**task))
    }

    /// See [`Task::get_stack`].
    pub fn get_stack(&self) -> TaskStack {
        TaskStack::of(self.future())
    }

    /// See [`Task::print_stack`].
    pub fn print_stack(&self) {
        eprintln!("{}", self.get_stack());
    }
}
