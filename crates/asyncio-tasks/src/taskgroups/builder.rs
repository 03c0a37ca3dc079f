//! [`GroupTaskBuilder`], [`TaskGroupBuilder`]: tasks and groups that are not like others.

use std::any::type_name;
use std::future::Future;
use std::panic::Location;

use asyncio_executor::{Context, EventLoop, Result, ValueError};

use super::TaskGroup;
use super::limit::{Limit, Turn};
use super::member::{Lot, Member};
use crate::tasks::{Task, TaskOptions};

/// Creates a task of a group with other than the defaults; see [`TaskGroup::task_builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `create` is called"]
pub struct GroupTaskBuilder<'a> {
    pub(super) group: &'a TaskGroup,
    pub(super) options: TaskOptions,
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
    pub fn create<T: 'static>(self, coro: impl Future<Output = Result<T>> + 'static) -> Task<T> {
        let turn = self.group.0.turn();
        self.create_at(coro, turn, Location::caller())
    }

    pub(super) fn create_at<T, C>(
        mut self,
        coro: C,
        turn: Option<Turn>,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        T: 'static,
        C: Future<Output = Result<T>> + 'static,
    {
        let event_loop = EventLoop::current();
        if let Err(refusal) = self.group.check_open() {
            return Task::failed(&event_loop, self.options, location, refusal.into());
        }
        let lot = Lot::new(self.group.0.cancel_scope.get(), turn);
        let node = lot.as_ref().and_then(|lot| lot.node().cloned());
        let claim = lot.as_ref().and_then(|lot| lot.claim());
        self.options.coro = Some(type_name::<C>);
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
