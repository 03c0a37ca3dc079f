//! [`TaskBuilder`]: the keyword arguments of `asyncio.create_task`.

use std::any::{Any, type_name};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

use asyncio_executor::{Context, EventLoop, Result};

use super::Task;

/// Creates a task with other than the defaults: the keyword arguments of `asyncio.create_task`.
///
/// ```
/// use asyncio_tasks::{Task, run};
///
/// run(async {
///     let task = asyncio_tasks::TaskBuilder::new().name("worker").create(async { Ok(1) });
///     assert_eq!(task.get_name(), "worker");
///     task.await
/// }).unwrap();
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `create` is called"]
pub struct TaskBuilder {
    event_loop: Option<EventLoop>,
    options: TaskOptions,
}

impl TaskBuilder {
    /// A builder with every default.
    pub fn new() -> Self {
        Self::default()
    }

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

    /// Whether the task starts inside of [`create`](TaskBuilder::create): `eager_start=`.
    ///
    /// Then the coroutine runs there until it first suspends, as the current task and in the task's context. If it ends,
    /// the task is done and never scheduled. While the loop is not running, the first step is scheduled all the same.
    /// What is not said here is up to [the task factory](crate::LoopTasks::set_task_factory).
    ///
    /// Eager tasks that create eager tasks lie on one stack: thousands of them overflow it.
    ///
    /// ```
    /// asyncio_tasks::run(async {
    ///     let task = asyncio_tasks::TaskBuilder::new().eager_start(true).create(async { Ok(1) });
    ///     assert!(task.done());
    ///     task.await
    /// }).unwrap();
    /// ```
    pub fn eager_start(mut self, eager_start: bool) -> Self {
        self.options.eager_start = Some(eager_start);
        self
    }

    /// The loop, instead of the running one.
    pub fn event_loop(mut self, event_loop: &EventLoop) -> Self {
        self.event_loop = Some(event_loop.clone());
        self
    }

    /// Starts `coro` as [`create_task`](crate::create_task) does.
    ///
    /// # Panics
    ///
    /// As [`create_task`](crate::create_task).
    #[track_caller]
    pub fn create<T, C>(self, coro: C) -> Task<T>
    where
        T: 'static,
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        let event_loop = self.event_loop.unwrap_or_else(EventLoop::current);
        Task::spawn(&event_loop, coro, self.options, Location::caller())
    }

    /// As [`create`](TaskBuilder::create), for a coroutine that costs little beside a run of the loop. All such tasks have
    /// their code in common, if nothing comes of them, in the whole program.
    #[track_caller]
    pub(crate) fn create_boxed<T, C>(mut self, coro: C) -> Task<T>
    where
        T: 'static,
        C: std::future::Future<Output = Result<T>> + 'static,
    {
        self.options.coro = Some(type_name::<C>);
        let boxed: AnyCoro<T> = Box::pin(coro);
        match same_type(boxed) {
            Ok(boxed) => match same_type(self.create_unit(boxed)) {
                Ok(task) => task,
                Err(_) => unreachable!("T is ()"),
            },
            Err(boxed) => self.create(boxed),
        }
    }

    #[track_caller]
    fn create_unit(self, coro: AnyCoro<()>) -> Task<()> {
        self.create(coro)
    }
}

/// A coroutine that is known by its result alone, so that few types are compiled for it.
pub(crate) type AnyCoro<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// `value` as a `B`, if that is what it is. The compiler knows.
#[inline]
pub(crate) fn same_type<A: 'static, B: 'static>(value: A) -> std::result::Result<B, A> {
    let mut value = Some(value);
    let any: &mut dyn Any = &mut value;
    match any.downcast_mut::<Option<B>>().and_then(Option::take) {
        Some(same) => Ok(same),
        None => Err(value.expect("it is there, being no B")),
    }
}

/// What was said of a task that is to be made.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskOptions {
    pub(crate) name: Option<Rc<str>>,
    /// `None` for a copy of the current one.
    pub(crate) context: Option<Context>,
    /// `None` leaves it to the task factory.
    pub(crate) eager_start: Option<bool>,
    /// Gives the name of the coroutine's type, if it comes in another one: a group's, or a task factory's.
    pub(crate) coro: Option<fn() -> &'static str>,
}
