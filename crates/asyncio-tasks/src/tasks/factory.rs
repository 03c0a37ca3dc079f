//! Task factories: who makes the tasks of a loop. Mirrors `loop.set_task_factory` of `asyncio.base_events` and
//! `eager_task_factory` of `asyncio.tasks`.

use std::any::{Any, TypeId, type_name};
use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Context, EventLoop, Result, TaskMaking, TypeError};

use super::builder::{AnyCoro, TaskOptions};
use super::{AnyTask, Task};

/// Makes the tasks of a loop: see [`LoopTasks::set_task_factory`](crate::LoopTasks::set_task_factory).
pub type TaskFactory = Rc<dyn Fn(&EventLoop, TaskSpec) -> AnyTask>;

/// A coroutine of any result, as [`TaskSpec::wrap`] passes it on.
pub type AnyCoroutine = Pin<Box<dyn Future<Output = Result<Box<dyn Any>>>>>;

/// A task that is to be made: the coroutine and the keyword arguments that a task factory receives.
pub struct TaskSpec {
    coro: Box<dyn Coro>,
    event_loop: EventLoop,
    options: TaskOptions,
    location: &'static Location<'static>,
}

impl TaskSpec {
    /// The name, if one was given: `name=`.
    pub fn get_name(&self) -> Option<&str> {
        self.options.name.as_deref()
    }

    /// The context, if one was given: `context=`. Otherwise the task gets a copy of the current one.
    pub fn get_context(&self) -> Option<&Context> {
        self.options.context.as_ref()
    }

    /// Whether the task is to start eagerly, if anything was said: `eager_start=`.
    pub fn get_eager_start(&self) -> Option<bool> {
        self.options.eager_start
    }

    /// The type name of the coroutine, which has in it the path of its `async fn`.
    pub fn coro_name(&self) -> &'static str {
        self.options.coro.map_or("", |name| name())
    }

    /// Where the task is created.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Names the task.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into().into());
        self
    }

    /// Makes the coroutine run in `context`, shared and not copied.
    #[must_use]
    pub fn context(mut self, context: &Context) -> Self {
        self.options.context = Some(context.clone());
        self
    }

    /// Makes the task start eagerly, or not; see [`TaskBuilder::eager_start`](crate::TaskBuilder::eager_start).
    #[must_use]
    pub fn eager_start(mut self, eager_start: bool) -> Self {
        self.options.eager_start = Some(eager_start);
        self
    }

    /// Puts what `wrapper` makes of the coroutine in its place. Both give the task's result in a box; a box with
    /// a value of another type makes the task fail with a `TypeError`.
    ///
    /// ```
    /// use asyncio_tasks::{LoopTasks, create_task, get_running_loop, run};
    ///
    /// run(async {
    ///     get_running_loop()?.set_task_factory(|_, spec| {
    ///         let logged = spec.wrap(|coro| async move {
    ///             println!("it begins");
    ///             let outcome = coro.await;
    ///             println!("it ends");
    ///             outcome
    ///         });
    ///         logged.create()
    ///     });
    ///     assert_eq!(create_task(async { Ok(1) }).await?, 1);
    ///     Ok(())
    /// }).unwrap();
    /// ```
    #[must_use]
    pub fn wrap<W, C>(mut self, wrapper: W) -> Self
    where
        W: FnOnce(AnyCoroutine) -> C,
        C: Future<Output = Result<Box<dyn Any>>> + 'static,
    {
        let (inner, typed) = self.coro.erase();
        self.coro = typed(Box::pin(wrapper(inner)));
        self
    }

    /// Makes the task, without another look at the loop's factory: `asyncio.Task(coro, loop=loop, **kwargs)`.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    pub fn create(self) -> AnyTask {
        self.coro
            .start(&self.event_loop, self.options, self.location)
    }
}

impl fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TaskSpec")?;
        if let Some(name) = self.get_name() {
            write!(f, " name={name:?}")?;
        }
        write!(
            f,
            " coro={} created at {}>",
            self.coro_name(),
            self.location
        )
    }
}

/// The task factory that starts every task eagerly, unless the task itself says otherwise:
/// `asyncio.eager_task_factory`.
///
/// ```
/// use asyncio_tasks::{LoopTasks, create_task, eager_task_factory, get_running_loop, run};
///
/// run(async {
///     get_running_loop()?.set_task_factory(eager_task_factory);
///     let task = create_task(async { Ok(1) });
///     assert!(task.done());
///     task.await
/// }).unwrap();
/// ```
pub fn eager_task_factory(_event_loop: &EventLoop, spec: TaskSpec) -> AnyTask {
    eagerly(spec).create()
}

/// As [`eager_task_factory`], with tasks that `custom_task_constructor` makes: `asyncio.create_eager_task_factory`.
///
/// ```
/// use asyncio_tasks::{LoopTasks, create_eager_task_factory, create_task, get_running_loop, run};
///
/// run(async {
///     let factory = create_eager_task_factory(|_, spec| spec.name("eager").create());
///     get_running_loop()?.set_task_factory(factory);
///     let task = create_task(async { Ok(1) });
///     assert!(task.done() && task.get_name() == "eager");
///     Ok(())
/// }).unwrap();
/// ```
pub fn create_eager_task_factory(
    custom_task_constructor: impl Fn(&EventLoop, TaskSpec) -> AnyTask + 'static,
) -> impl Fn(&EventLoop, TaskSpec) -> AnyTask + 'static {
    move |event_loop, spec| custom_task_constructor(event_loop, eagerly(spec))
}

fn eagerly(spec: TaskSpec) -> TaskSpec {
    match spec.get_eager_start() {
        None => spec.eager_start(true),
        Some(_) => spec,
    }
}

/// The factory of a loop.
#[derive(Default)]
pub(crate) struct LoopFactory(RefCell<Option<TaskFactory>>);

impl LoopFactory {
    pub(crate) fn set<F>(event_loop: &EventLoop, factory: F)
    where
        F: Fn(&EventLoop, TaskSpec) -> AnyTask + 'static,
    {
        let making = match is_eager(&factory) {
            true => TaskMaking::Eager,
            false => TaskMaking::Factory,
        };
        Self::replace(event_loop, Some(Rc::new(factory)), making);
    }

    pub(crate) fn get(event_loop: &EventLoop) -> Option<TaskFactory> {
        match event_loop.task_making() {
            TaskMaking::Plain => None,
            _ => event_loop.extension::<LoopFactory>().0.borrow().clone(),
        }
    }

    pub(crate) fn replace(
        event_loop: &EventLoop,
        factory: Option<TaskFactory>,
        making: TaskMaking,
    ) {
        let own = event_loop.extension::<LoopFactory>();
        // Dropped outside of the borrow.
        let old = own.0.replace(factory);
        event_loop.set_task_making(making);
        drop(old);
    }
}

/// Whether it is [`eager_task_factory`] itself, which nobody needs to call.
fn is_eager<F: 'static>(_factory: &F) -> bool {
    fn id<G: 'static>(_: G) -> TypeId {
        TypeId::of::<G>()
    }
    TypeId::of::<F>() == id(eager_task_factory)
}

/// What the loop's factory makes of `coro`.
#[cold]
pub(super) fn create<T, C>(
    event_loop: &EventLoop,
    coro: C,
    options: TaskOptions,
    location: &'static Location<'static>,
) -> Task<T>
where
    T: 'static,
    C: Future<Output = Result<T>> + 'static,
{
    let Some(factory) = LoopFactory::get(event_loop).filter(|_| !event_loop.is_closed()) else {
        return Task::start(event_loop, coro, options, location);
    };
    let spec = TaskSpec {
        coro: Box::new(Typed::<T>(Box::pin(coro))),
        event_loop: event_loop.clone(),
        options: TaskOptions {
            coro: options.coro.or(Some(type_name::<C>)),
            ..options
        },
        location,
    };
    match factory(event_loop, spec).downcast() {
        Some(task) => task,
        None => panic!(
            "TypeError: the task factory returned a task whose result is no {}",
            type_name::<T>()
        ),
    }
}

/// A coroutine whose type is not known.
trait Coro {
    fn start(
        self: Box<Self>,
        event_loop: &EventLoop,
        options: TaskOptions,
        location: &'static Location<'static>,
    ) -> AnyTask;

    /// The coroutine without its type, and the way back.
    fn erase(self: Box<Self>) -> (AnyCoroutine, GiveType);
}

type GiveType = fn(AnyCoroutine) -> Box<dyn Coro>;

/// A coroutine of whatever type, with a result of this one.
struct Typed<T>(AnyCoro<T>);

impl<T: 'static> Coro for Typed<T> {
    fn start(
        self: Box<Self>,
        event_loop: &EventLoop,
        options: TaskOptions,
        location: &'static Location<'static>,
    ) -> AnyTask {
        Task::start(event_loop, self.0, options, location).as_any()
    }

    fn erase(self: Box<Self>) -> (AnyCoroutine, GiveType) {
        let coro = self.0;
        let erased = async move {
            let value: Box<dyn Any> = Box::new(coro.await?);
            Ok(value)
        };
        (Box::pin(erased), typed::<T>)
    }
}

fn typed<T: 'static>(coro: AnyCoroutine) -> Box<dyn Coro> {
    Box::new(Typed::<T>(Box::pin(async move {
        match coro.await?.downcast::<T>() {
            Ok(value) => Ok(*value),
            Err(_other) => Err(TypeError::with_message(format!(
                "a wrapped coroutine's result is no {}",
                type_name::<T>()
            ))
            .into()),
        }
    })))
}
