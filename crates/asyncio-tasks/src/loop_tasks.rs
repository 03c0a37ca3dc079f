//! [`LoopTasks`]: the loop's methods that make futures and tasks, and run until one is done.
//!
//! Mirrors `create_future`, `create_task`, `run_until_complete` and `run_in_executor` of `asyncio.base_events`.

use std::panic::Location;
use std::path::Path;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Error, EventLoop, Result, RuntimeError, TaskMaking, ValueError};

use crate::callbacks::OnDone;
use crate::closing::Closing;
use crate::concurrent::{self, ThreadPoolExecutor, wrap_future_in};
use crate::default_executor::{self, IntoExecutor};
use crate::futures::Future;
use crate::inspect::Inspection;
use crate::state::AnyFuture;
use crate::tasks::{
    AnyTask, EnsureFuture, LoopFactory, Task, TaskBuilder, TaskFactory, TaskSpec, is_future,
    tasks_of,
};
use crate::timeouts::IntoTimeout;

/// The loop's methods that need futures.
///
/// ```
/// use asyncio_tasks::{LoopTasks, new_event_loop};
///
/// let event_loop = new_event_loop()?;
/// assert_eq!(event_loop.run_until_complete(async { Ok(42) })?, 42);
/// event_loop.close()?;
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
pub trait LoopTasks {
    /// A pending future of this loop: `loop.create_future`.
    fn create_future<T: 'static>(&self) -> Future<T>;

    /// Starts `coro` as a task of this loop, which need not be running: `loop.create_task`.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    fn create_task<T: 'static>(
        &self,
        coro: impl std::future::Future<Output = Result<T>> + 'static,
    ) -> Task<T>;

    /// Makes `factory` the one who makes the tasks of this loop, in `create_task` and whatever else makes tasks:
    /// `loop.set_task_factory`.
    ///
    /// It may count or log them, change the [`TaskSpec`], and mostly returns what [`TaskSpec::create`] made; see also
    /// [`eager_task_factory`](crate::eager_task_factory). A panic of the factory is one of `create_task`, and so is a
    /// task that it returns whose result has another type.
    ///
    /// ```
    /// use asyncio_tasks::{LoopTasks, create_task, get_running_loop, run};
    ///
    /// run(async {
    ///     let event_loop = get_running_loop()?;
    ///     event_loop.set_task_factory(|_, spec| match spec.get_name() {
    ///         Some(_) => spec.create(),
    ///         None => spec.name("anonymous").create(),
    ///     });
    ///     assert_eq!(create_task(async { Ok(()) }).get_name(), "anonymous");
    ///     event_loop.restore_task_factory(None);
    ///     Ok(())
    /// }).unwrap();
    /// ```
    fn set_task_factory(&self, factory: impl Fn(&EventLoop, TaskSpec) -> AnyTask + 'static);

    /// The factory that is set: `loop.get_task_factory`.
    fn get_task_factory(&self) -> Option<TaskFactory>;

    /// Sets what [`get_task_factory`](LoopTasks::get_task_factory) returned; `None` is the default:
    /// `loop.set_task_factory(None)`.
    fn restore_task_factory(&self, factory: Option<TaskFactory>);

    /// The unfinished tasks of this loop, in no particular order: `asyncio.all_tasks(loop)`.
    fn all_tasks(&self) -> Vec<AnyTask>;

    /// Closes the asynchronous generators that have begun on this loop and not ended, and waits until they have:
    /// `loop.shutdown_asyncgens`. What they raise goes to the exception handler. One that begins later is warned of in the
    /// log.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, it cancels the clean-up of the generators and waits for its end.
    ///
    /// # Errors
    ///
    /// `CancelledError` if it is cancelled.
    ///
    /// ```
    /// use asyncio_tasks::{AsyncGenerator, LoopTasks, get_running_loop, run};
    ///
    /// run(async {
    ///     let generator = AsyncGenerator::new(async |y| {
    ///         let emitted = y.emit(1).await;
    ///         println!("cleaning up");
    ///         emitted?;
    ///         Ok(())
    ///     });
    ///     generator.next().await;
    ///     get_running_loop()?.shutdown_asyncgens().await?;
    ///     assert!(generator.next().await.is_none());
    ///     Ok(())
    /// }).unwrap();
    /// ```
    fn shutdown_asyncgens(&self) -> impl std::future::Future<Output = Result<()>> + 'static;

    /// Lets other processes of the same user ask at the Unix socket `path` what the tasks of this loop do, with the command
    /// `asyncio` of asyncio-tools: what `python -m asyncio ps` does. `docs/inspection.md` of the repository has more on it.
    ///
    /// The file has mode 0600, replaces at most a socket of the same user that nobody listens at, and is removed when the
    /// loop is closed. While it is there, steps are timed, which costs some hundred nanoseconds each. A second call moves
    /// the socket. In virtual time, a loop that waits for clients is never in a deadlock.
    ///
    /// # Errors
    ///
    /// `OSError` if there can be no such socket, or another loop is inspected there; `RuntimeError` if the loop is closed.
    ///
    /// ```no_run
    /// use asyncio_tasks::{LoopTasks, new_event_loop};
    ///
    /// let event_loop = new_event_loop()?;
    /// event_loop.inspect("/run/user/1000/app.sock")?;
    /// # Ok::<(), asyncio_tasks::Error>(())
    /// ```
    fn inspect(&self, path: impl AsRef<Path>) -> Result<()>;

    /// Ends [`inspect`](LoopTasks::inspect).
    fn stop_inspecting(&self);

    /// Runs the loop until the coroutine, task or future is done, and returns its outcome:
    /// `loop.run_until_complete`.
    ///
    /// # Errors
    ///
    /// That of the coroutine; `RuntimeError` if the loop is closed or running or was stopped before; `ValueError` if the
    /// task or future belongs to another loop; a `KeyboardInterrupt` or `SystemExit` that anything raised.
    fn run_until_complete<T: 'static>(&self, awaitable: impl EnsureFuture<T>) -> Result<T>;

    /// Runs `job` on an executor, by default the loop's own pool of threads: `loop.run_in_executor`.
    ///
    /// The executor is `None` or a reference, such as `&pool`. A job for threads is a closure that returns what it likes;
    /// one that returns a `Result` is awaited with `??`: the outer one is the loop's. The pool is made at its first use,
    /// and its threads end with [`shutdown_default_executor`](LoopTasks::shutdown_default_executor), which
    /// [`run`](crate::run) calls. Cancelling the future withdraws a job that has not begun; one that has goes on, and its
    /// result is dropped.
    ///
    /// # Errors
    ///
    /// The future fails with `PanicError` if the job panics, or what it [`raise`](crate::raise)s; with `RuntimeError` if
    /// the executor was shut down or the loop is closed.
    ///
    /// ```
    /// use asyncio_tasks::concurrent::ThreadPoolExecutor;
    /// use asyncio_tasks::{LoopTasks, get_running_loop, run};
    ///
    /// run(async {
    ///     let event_loop = get_running_loop()?;
    ///     let text = event_loop.run_in_executor(None, || std::fs::read_to_string("/dev/null")).await??;
    ///     assert_eq!(text, "");
    ///     let pool = ThreadPoolExecutor::new(2);
    ///     assert_eq!(event_loop.run_in_executor(&pool, || 6 * 7).await?, 42);
    ///     Ok(())
    /// }).unwrap();
    /// ```
    fn run_in_executor<J, E: IntoExecutor<J>>(&self, executor: E, job: J) -> Future<E::Output>;

    /// What `run_in_executor(None, ...)` uses from now on: `loop.set_default_executor`. The loop shuts it down when it
    /// closes.
    fn set_default_executor(&self, executor: ThreadPoolExecutor);

    /// Waits until the threads of the default executor have done what is queued, and have ended:
    /// `loop.shutdown_default_executor`. From its begin on, jobs for that executor are refused. After the timeout it
    /// logs a `RuntimeWarning`, and the threads end when they are done.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, it only stops waiting. The executor is shut down.
    ///
    /// # Errors
    ///
    /// `CancelledError`; `ValueError` if the timeout is NaN.
    ///
    /// ```
    /// use asyncio_tasks::{LoopTasks, get_running_loop, run, to_thread};
    ///
    /// run(async {
    ///     to_thread(|| ()).await?;
    ///     let event_loop = get_running_loop()?;
    ///     event_loop.shutdown_default_executor(10.0).await?;
    ///     let refused = to_thread(|| ()).await.unwrap_err();
    ///     assert_eq!(refused.to_string(), "Executor shutdown has been called");
    ///     Ok(())
    /// }).unwrap();
    /// ```
    fn shutdown_default_executor(
        &self,
        timeout: impl IntoTimeout,
    ) -> impl std::future::Future<Output = Result<()>> + 'static;

    /// This loop's future for a thread's: `asyncio.wrap_future(future, loop=loop)`. See
    /// [`wrap_future`](crate::wrap_future).
    fn wrap_future<T: Send + 'static>(&self, source: &concurrent::Future<T>) -> Future<T>;
}

impl LoopTasks for EventLoop {
    #[track_caller]
    fn create_future<T: 'static>(&self) -> Future<T> {
        Future::new(self)
    }

    #[track_caller]
    fn create_task<T: 'static>(
        &self,
        coro: impl std::future::Future<Output = Result<T>> + 'static,
    ) -> Task<T> {
        TaskBuilder::new().event_loop(self).create(coro)
    }

    fn set_task_factory(&self, factory: impl Fn(&EventLoop, TaskSpec) -> AnyTask + 'static) {
        LoopFactory::set(self, factory);
    }

    fn get_task_factory(&self) -> Option<TaskFactory> {
        LoopFactory::get(self)
    }

    fn restore_task_factory(&self, factory: Option<TaskFactory>) {
        let making = match factory {
            Some(_) => TaskMaking::Factory,
            None => TaskMaking::Plain,
        };
        LoopFactory::replace(self, factory, making);
    }

    fn all_tasks(&self) -> Vec<AnyTask> {
        tasks_of(self)
    }

    fn shutdown_asyncgens(&self) -> impl std::future::Future<Output = Result<()>> + 'static {
        Closing::AsyncGenerators.run(self.clone())
    }

    fn inspect(&self, path: impl AsRef<Path>) -> Result<()> {
        Inspection::start(self, path.as_ref())
    }

    fn stop_inspecting(&self) {
        Inspection::stop(self);
    }

    #[track_caller]
    fn run_until_complete<T: 'static>(&self, awaitable: impl EnsureFuture<T>) -> Result<T> {
        self.check_runnable()?;
        let is_new_task = !is_future::<T>(&awaitable);
        let future = awaitable.ensure(self, Location::caller());
        match is_new_task {
            true => run_new_task(self, &future.any())?,
            false => run_until_done(self, &future.any())?,
        }
        future.take()
    }

    #[track_caller]
    fn run_in_executor<J, E: IntoExecutor<J>>(&self, executor: E, job: J) -> Future<E::Output> {
        default_executor::run_in_executor(self, executor, job, Location::caller())
    }

    fn set_default_executor(&self, executor: ThreadPoolExecutor) {
        default_executor::set_default_executor(self, executor);
    }

    fn shutdown_default_executor(
        &self,
        timeout: impl IntoTimeout,
    ) -> impl std::future::Future<Output = Result<()>> + 'static {
        Closing::DefaultExecutor(timeout.into_timeout()).run(self.clone())
    }

    #[track_caller]
    fn wrap_future<T: Send + 'static>(&self, source: &concurrent::Future<T>) -> Future<T> {
        wrap_future_in(source, self, Location::caller())
    }
}

/// As [`run_until_done`], for a task that was made for that.
pub(crate) fn run_new_task(event_loop: &EventLoop, task: &Rc<dyn AnyFuture>) -> Result<()> {
    if let Some(part) = task.as_task() {
        part.expect_destruction();
    }
    // Nobody else has a handle to look at its exception.
    run_until_done(event_loop, task).inspect_err(|_| task.mark_retrieved())
}

/// Runs the loop until `future` is done, and leaves the outcome where it is.
pub(crate) fn run_until_done(event_loop: &EventLoop, future: &Rc<dyn AnyFuture>) -> Result<()> {
    if future.core().event_loop() != event_loop {
        return Err(ValueError::with_message(OTHER_LOOP).into());
    }
    let stop: Rc<dyn OnDone> = Rc::new(StopLoop);
    future.on_done(stop.clone());
    let ran = event_loop.run_forever();
    future.remove_equal(&stop);
    ran?;
    if !future.core().done() {
        let text = "Event loop stopped before Future completed.";
        return Err(RuntimeError::with_message(text).into());
    }
    Ok(())
}

/// Python's `_run_until_complete_cb`.
struct StopLoop;

impl OnDone for StopLoop {
    fn call(&self, future: Rc<dyn AnyFuture>) -> Result<()> {
        // LOOP-12: a base exception has ended the run already.
        if !future
            .outcome_error()
            .as_ref()
            .is_some_and(Error::is_base_exception)
        {
            future.core().event_loop().stop();
        }
        future.mark_retrieved();
        Ok(())
    }
}

const OTHER_LOOP: &str =
    "The future belongs to a different loop than the one specified as the loop argument";
