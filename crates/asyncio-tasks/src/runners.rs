//! [`run`] and [`Runner`]: a loop from its creation to an orderly end. Mirrors `asyncio.runners`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::path::PathBuf;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    Context, EventLoop, ExceptionContext, IntoDelay, Result, RuntimeError, copy_context,
    new_event_loop, set_event_loop, signal::SIGINT, try_running_loop,
};

use crate::callbacks::OnDone;
use crate::closing::Closing;
use crate::futures::Future;
use crate::inspect;
use crate::interrupts::{Interrupted, Interrupts, interruption};
use crate::loop_tasks::{run_new_task, run_until_done};
use crate::state::AnyFuture;
use crate::tasks::{AnyTask, TaskBuilder, tasks_of};

/// Runs `main` on a new loop, ends what it left behind, and returns its outcome: `asyncio.run`.
///
/// Tasks that `main` leaves are cancelled and awaited, and the threads of the default executor end, before the loop is
/// closed. The first Ctrl-C cancels `main`; the
/// second ends the run at once.
///
/// # Errors
///
/// That of `main`; `KeyboardInterrupt` if Ctrl-C cancelled it; `RuntimeError` if a loop is running in this thread; what
/// [`Runner::close`] returns, with that of `main` as its cause.
///
/// ```
/// let answer = asyncio_tasks::run(async { Ok(6 * 7) })?;
/// assert_eq!(answer, 42);
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
#[track_caller]
pub fn run<M, T>(main: M) -> Result<T>
where
    M: IntoFuture<Output = Result<T>>,
    M::IntoFuture: 'static,
    T: 'static,
{
    refuse_running_loop("asyncio.run()")?;
    let runner = Runner::new();
    let outcome = runner.run(main);
    match (outcome, runner.close()) {
        (outcome, Ok(())) => outcome,
        (Ok(_), Err(closing)) => Err(closing),
        (Err(main), Err(closing)) => Err(closing.caused_by(main)),
    }
}

/// A loop for several runs: `asyncio.Runner`.
///
/// The loop is created at the first use. All runs share one [`Context`]. Dropping the runner closes it.
///
/// ```
/// use asyncio_tasks::{ContextVar, Runner};
///
/// static COUNT: ContextVar<u32> = ContextVar::new("count");
///
/// let runner = Runner::builder().debug(true).build();
/// runner.run(async { COUNT.set(1); Ok(()) })?;
/// assert_eq!(runner.run(async { Ok(COUNT.get()) })?, Some(1));
/// runner.close()?;
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
pub struct Runner {
    debug: Option<bool>,
    watchdog: Option<f64>,
    inspect: Option<PathBuf>,
    loop_factory: Option<Box<dyn Fn() -> Result<EventLoop>>>,
    shutdown_signals: Box<[i32]>,
    stage: RefCell<Stage>,
}

/// Python's `_State`.
#[derive(Clone)]
enum Stage {
    /// Not used yet.
    Created,
    /// With a loop, and the context of its runs.
    Initialized(EventLoop, Context),
    /// Closed for good.
    Closed,
}

impl Runner {
    /// A runner with the default loop.
    pub fn new() -> Self {
        RunnerBuilder::default().build()
    }

    /// A builder for a runner with another loop or debug mode.
    pub fn builder() -> RunnerBuilder {
        RunnerBuilder::default()
    }

    /// Runs `main` on the runner's loop and returns its outcome: `Runner.run`.
    ///
    /// # Errors
    ///
    /// As [`run`]; also `RuntimeError` if the runner is closed, and what the loop factory returns.
    #[track_caller]
    pub fn run<M, T>(&self, main: M) -> Result<T>
    where
        M: IntoFuture<Output = Result<T>>,
        M::IntoFuture: 'static,
        T: 'static,
    {
        refuse_running_loop("Runner.run()")?;
        let (event_loop, context) = self.initialize()?;
        run_main(&event_loop, &context, &self.shutdown_signals, main)
    }

    /// As [`run`](Runner::run), in `context`: `Runner.run(main, context=context)`.
    ///
    /// # Errors
    ///
    /// As [`run`](Runner::run).
    #[track_caller]
    pub fn run_in<M, T>(&self, context: &Context, main: M) -> Result<T>
    where
        M: IntoFuture<Output = Result<T>>,
        M::IntoFuture: 'static,
        T: 'static,
    {
        refuse_running_loop("Runner.run()")?;
        let (event_loop, _) = self.initialize()?;
        run_main(&event_loop, context, &self.shutdown_signals, main)
    }

    /// The runner's loop: `Runner.get_loop`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the runner is closed, and what the loop factory returns.
    pub fn get_loop(&self) -> Result<EventLoop> {
        Ok(self.initialize()?.0)
    }

    /// Cancels the tasks that are left and awaits them, closes the asynchronous generators, waits up to 300 seconds for the
    /// threads of the default executor, then closes the loop: `Runner.close`. Does nothing if the runner was not used, or
    /// the second time.
    ///
    /// # Errors
    ///
    /// A `KeyboardInterrupt` or `SystemExit` that a task raised meanwhile. The loop is closed all the same.
    pub fn close(&self) -> Result<()> {
        let Stage::Initialized(event_loop, _) = self.stage.borrow().clone() else {
            return Ok(());
        };
        let emptied = end_everything(&event_loop);
        if self.loop_factory.is_none() {
            set_event_loop(None);
        }
        let closed = event_loop.close();
        self.stage.replace(Stage::Closed);
        emptied?;
        Ok(closed?)
    }

    fn initialize(&self) -> Result<(EventLoop, Context)> {
        match self.stage.borrow().clone() {
            Stage::Initialized(event_loop, context) => return Ok((event_loop, context)),
            Stage::Closed => return Err(RuntimeError::with_message("Runner is closed").into()),
            Stage::Created => {}
        }
        let event_loop = match &self.loop_factory {
            Some(factory) => factory()?,
            None => new_event_loop()?,
        };
        if let Some(debug) = self.debug {
            event_loop.set_debug(debug);
        }
        if self.watchdog.is_some() {
            let started = event_loop.set_watchdog(self.watchdog);
            started.inspect_err(|_| drop(event_loop.close()))?;
        }
        let inspected = inspect::begin(&event_loop, self.inspect.as_deref());
        inspected.inspect_err(|_| drop(event_loop.close()))?;
        if self.loop_factory.is_none() {
            set_event_loop(Some(event_loop.clone()));
        }
        let context = copy_context();
        self.stage
            .replace(Stage::Initialized(event_loop.clone(), context.clone()));
        Ok((event_loop, context))
    }
}

impl Default for Runner {
    fn default() -> Self {
        Runner::new()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            asyncio_executor::log::error(format_args!("while a Runner was dropped: {error:?}"));
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match *self.stage.borrow() {
            Stage::Created => "created",
            Stage::Initialized(..) => "initialized",
            Stage::Closed => "closed",
        };
        write!(f, "<Runner {stage}>")
    }
}

/// The keyword arguments of `asyncio.Runner`.
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RunnerBuilder {
    debug: Option<bool>,
    watchdog: Option<f64>,
    inspect: Option<PathBuf>,
    loop_factory: Option<Box<dyn Fn() -> Result<EventLoop>>>,
    shutdown_signals: Option<Box<[i32]>>,
}

impl RunnerBuilder {
    /// Debug mode of the loop: `debug=`.
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }

    /// A thread that reports a step which blocks the loop for longer than `limit`, while it still does; see
    /// [`EventLoop::set_watchdog`]. asyncio has no counterpart.
    pub fn watchdog(mut self, limit: impl IntoDelay) -> Self {
        self.watchdog = Some(limit.into_delay());
        self
    }

    /// Lets other processes of the same user ask at this socket what the tasks do, see [`LoopTasks::inspect`](crate::LoopTasks::inspect):
    /// `python -m asyncio ps`. The default is the path in the environment variable `ASYNCIO_INSPECT`; if nobody can be served
    /// there, that is logged, and no reason not to run.
    pub fn inspect(mut self, path: impl Into<PathBuf>) -> Self {
        self.inspect = Some(path.into());
        self
    }

    /// Makes the loop: `loop_factory=`.
    pub fn loop_factory(mut self, factory: impl Fn() -> Result<EventLoop> + 'static) -> Self {
        self.loop_factory = Some(Box::new(factory));
        self
    }

    /// The signals on which a run shuts down. The default is `SIGINT` alone, as in Python.
    ///
    /// The first of them cancels `main`, which cleans up; the run then returns a `KeyboardInterrupt` for `SIGINT` and a
    /// [`SignalInterrupt`](asyncio_executor::SignalInterrupt) for another. The second one ends the run at once. They
    /// are watched while `main` runs, on a program's main thread. A signal that the program ignores or handles itself is
    /// left alone; one with a handler of [`add_signal_handler`](EventLoop::add_signal_handler) goes there.
    ///
    /// ```
    /// use asyncio_tasks::{Runner, signal, SignalInterrupt, sleep};
    ///
    /// fn main() {
    ///     let runner = Runner::builder().shutdown_signals([signal::SIGINT, signal::SIGTERM]).build();
    ///     let outcome = runner.run(async {
    ///         signal::raise_signal(signal::SIGTERM)?;
    ///         let slept = sleep(3600.0).await;
    ///         println!("cleaning up");
    ///         slept
    ///     });
    ///     assert!(outcome.unwrap_err().is::<SignalInterrupt>());
    /// }
    /// ```
    pub fn shutdown_signals(mut self, signals: impl IntoIterator<Item = i32>) -> Self {
        self.shutdown_signals = Some(signals.into_iter().collect());
        self
    }

    /// The runner.
    pub fn build(self) -> Runner {
        let stage = RefCell::new(Stage::Created);
        Runner {
            debug: self.debug,
            watchdog: self.watchdog,
            inspect: self.inspect,
            loop_factory: self.loop_factory,
            shutdown_signals: self.shutdown_signals.unwrap_or_else(|| [SIGINT].into()),
            stage,
        }
    }
}

impl fmt::Debug for RunnerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunnerBuilder")
            .field("debug", &self.debug)
            .finish_non_exhaustive()
    }
}

#[track_caller]
fn run_main<M, T>(
    event_loop: &EventLoop,
    context: &Context,
    shutdown_signals: &[i32],
    main: M,
) -> Result<T>
where
    M: IntoFuture<Output = Result<T>>,
    M::IntoFuture: 'static,
    T: 'static,
{
    event_loop.check_runnable()?;
    let task = TaskBuilder::new()
        .event_loop(event_loop)
        .context(context)
        .create_boxed(main.into_future());
    let main = task.as_any();
    let interrupts = Interrupts::watch(event_loop, &main, shutdown_signals)?;
    let outcome = run_until_done(event_loop, main.future());
    let Interrupted { first, too_late } = interrupts.end();
    if outcome.is_err() {
        // Nobody else has a handle to look at its exception.
        task.state.mark_retrieved();
    }
    outcome?;
    let outcome = task.state.take();
    let interrupted_by = match &outcome {
        Ok(_) => too_late,
        Err(error) if !error.is_cancelled() => None,
        Err(_) => too_late.or_else(|| first.filter(|_| task.uncancel() == 0)),
    };
    match interrupted_by {
        Some(signal) => Err(interruption(signal)),
        None => outcome,
    }
}

/// What `Runner.close` does before it closes the loop. An error in one of the steps leaves out the others.
fn end_everything(event_loop: &EventLoop) -> Result<()> {
    cancel_all_tasks(event_loop)?;
    close(event_loop, Closing::AsyncGenerators)?;
    close(
        event_loop,
        Closing::DefaultExecutor(Some(THREAD_JOIN_TIMEOUT)),
    )
}

#[track_caller]
fn close(event_loop: &EventLoop, what: Closing) -> Result<()> {
    event_loop.check_runnable()?;
    let closing = what.run(event_loop.clone());
    let task = TaskBuilder::new()
        .event_loop(event_loop)
        .create_boxed(closing);
    run_new_task(event_loop, task.as_any().future())?;
    task.state.take()
}

/// Python's `_cancel_all_tasks`.
fn cancel_all_tasks(event_loop: &EventLoop) -> Result<()> {
    let tasks = tasks_of(event_loop);
    if tasks.is_empty() {
        return Ok(());
    }
    for task in &tasks {
        task.cancel();
    }
    run_until_done(event_loop, &all_done(event_loop, &tasks))?;
    for task in tasks.iter().filter(|task| !task.cancelled()) {
        if let Some(error) = task.exception()? {
            let report = ExceptionContext::new("unhandled exception during asyncio.run() shutdown")
                .with_exception(error)
                .with("task", task.clone());
            event_loop.call_exception_handler(&report);
        }
    }
    Ok(())
}

/// A future that is done when all `tasks` are, whatever became of them.
#[track_caller]
fn all_done(event_loop: &EventLoop, tasks: &[AnyTask]) -> Rc<dyn AnyFuture> {
    struct Countdown {
        left: Cell<usize>,
        outer: Future<()>,
    }
    impl OnDone for Countdown {
        fn call(&self, _: Rc<dyn AnyFuture>) -> Result<()> {
            self.left.set(self.left.get() - 1);
            if self.left.get() == 0 && !self.outer.done() {
                self.outer.set_result(())?;
            }
            Ok(())
        }
    }
    let outer = Future::at(event_loop, Location::caller());
    let countdown = Rc::new(Countdown {
        left: Cell::new(tasks.len()),
        outer: outer.clone(),
    });
    for task in tasks {
        task.future().on_done(countdown.clone());
    }
    outer.state.clone()
}

fn refuse_running_loop(what: &str) -> Result<(), RuntimeError> {
    match try_running_loop() {
        Some(_) => Err(RuntimeError::with_message(format!(
            "{what} cannot be called from a running event loop"
        ))),
        None => Ok(()),
    }
}

/// Python's `constants.THREAD_JOIN_TIMEOUT`, in seconds.
const THREAD_JOIN_TIMEOUT: f64 = 300.0;
