//! [`ProcessPoolExecutor`]: functions that run in processes of their own. Mirrors `concurrent.futures.process`.

mod child;
mod jobs;
mod map;
mod worker;

use std::error::Error as StdError;
use std::ffi::OsString;
use std::fmt;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::available_parallelism;

use asyncio_executor::{Error, Result, ValueError, caught, log};
use rustix::process::Signal;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::crew::{Breakage, Crew, Job, Refusal, Trade};
use super::executor::{Executor, Shutdown};
use super::future::Future;
use child::{CallError, Child, Process};
use jobs::{decode, encode, number_of};

pub use jobs::ProcessJobs;
pub use map::{ProcessMap, ProcessMapResults};

/// Processes that call functions: `concurrent.futures.ProcessPoolExecutor`.
///
/// A job is a function, named in [`process_jobs!`](crate::process_jobs) at the begin of `main`, and its argument; one
/// that wants several takes a tuple. Argument and result travel by serde. An error that the function returns is part of
/// its result, and [`Error`] can travel; a panic, or what it [`raise`](crate::raise)s, is the exception of the future.
///
/// A worker is a process of this same program, with the same arguments, environment and output; no other descriptor is
/// inherited. It is started when a job finds none idle, up to the maximum, and reused. It ends with the pool, or with
/// this process, whatever it is doing. When one dies, the pool is broken: everything that is queued or under way fails
/// with [`BrokenProcessPool`], and the other workers are killed. The death of an idle worker shows at its next job.
///
/// A cheap clone. When the last handle is dropped, the pool is shut down as at the end of Python's `with` statement: it
/// blocks until all jobs are done and all workers have ended. After a [`shutdown`](ProcessPoolExecutor::shutdown),
/// dropping does nothing.
///
/// With `run_in_executor`, a job is the pair of function and argument.
///
/// ```
/// use asyncio_tasks::concurrent::ProcessPoolExecutor;
/// use asyncio_tasks::{LoopTasks, get_running_loop, process_jobs, run};
///
/// fn area((width, height): (u32, u32)) -> u32 {
///     width * height
/// }
///
/// fn main() -> asyncio_tasks::Result<()> {
///     process_jobs!(area);
///     run(async {
///         let pool = ProcessPoolExecutor::new(2);
///         let event_loop = get_running_loop()?;
///         assert_eq!(event_loop.run_in_executor(&pool, (area, (6, 7))).await?, 42);
///         assert_eq!(pool.submit(area, (2, 3)).await?, 6);
///         Ok(())
///     })
/// }
/// ```
#[derive(Clone)]
pub struct ProcessPoolExecutor(Arc<Owner>);

impl ProcessPoolExecutor {
    /// A pool of up to `max_workers` processes.
    ///
    /// # Panics
    ///
    /// "ValueError: max_workers must be greater than 0".
    #[track_caller]
    pub fn new(max_workers: usize) -> Self {
        match Self::builder().max_workers(max_workers).build() {
            Ok(pool) => pool,
            Err(error) => panic!("ValueError: {error}"),
        }
    }

    /// A builder with the keyword arguments.
    pub fn builder() -> ProcessPoolBuilder {
        ProcessPoolBuilder::default()
    }

    /// Schedules the call of `function` with `argument`: `Executor.submit`. The future fails at once with `RuntimeError`
    /// after the shutdown, or if the function is not named in [`process_jobs!`](crate::process_jobs), with
    /// [`BrokenProcessPool`], or with what serde says of the argument; with an `io::Error` if no process can be started.
    pub fn submit<F, A, R>(&self, function: F, argument: A) -> Future<R>
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let _ = function;
        let only = |results: Vec<u8>| decode::<(R,)>(&results).map(|(result,)| result);
        self.send(request::<F, _>(&(argument,)), only)
    }

    /// Calls `function` with each item, and gives the results in the order of the items: `Executor.map`.
    pub fn map<F, I, R>(&self, function: F, items: I) -> ProcessMap<F, I::IntoIter>
    where
        F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        ProcessMap::new(self.clone(), function, items.into_iter())
    }

    /// From now on jobs are refused: `Executor.shutdown`.
    pub fn shutdown(&self, how: Shutdown) {
        self.0.0.shut_down(how);
    }

    /// Ends the workers with `SIGTERM`, which their jobs may handle; the pool is of no use any more:
    /// `ProcessPoolExecutor.terminate_workers`. What is queued is cancelled, what is under way fails with
    /// [`BrokenProcessPool`].
    pub fn terminate_workers(&self) {
        self.shutdown(Shutdown::no_wait().cancel_futures());
        self.0.0.trade.signal_all(Signal::TERM);
    }

    /// As [`terminate_workers`](ProcessPoolExecutor::terminate_workers) with `SIGKILL`:
    /// `ProcessPoolExecutor.kill_workers`.
    pub fn kill_workers(&self) {
        self.shutdown(Shutdown::no_wait().cancel_futures());
        self.0.0.trade.signal_all(Signal::KILL);
    }

    /// Schedules a request. `unpack` reads its results.
    fn send<T: Send + 'static>(
        &self,
        request: Result<Vec<u8>>,
        unpack: fn(Vec<u8>) -> Result<T>,
    ) -> Future<T> {
        let future = Future::new();
        let promise = future.clone();
        match request {
            Ok(request) => self.0.0.submit(Box::new(Call {
                request,
                unpack,
                promise,
            })),
            // Nobody else has it yet.
            Err(error) => drop(promise.set_exception(error)),
        }
        future
    }
}

impl Default for ProcessPoolExecutor {
    /// A pool of as many processes as there are processors.
    fn default() -> Self {
        ProcessPoolBuilder::default().with(default_workers())
    }
}

impl<F, A, R> Executor<(F, A)> for ProcessPoolExecutor
where
    F: Fn(A) -> R + Copy + Send + Sync + 'static,
    A: Serialize + DeserializeOwned,
    R: Serialize + DeserializeOwned + Send + 'static,
{
    type Output = R;

    fn submit(&self, (function, argument): (F, A)) -> Future<R> {
        ProcessPoolExecutor::submit(self, function, argument)
    }

    fn shutdown(&self, how: Shutdown) {
        ProcessPoolExecutor::shutdown(self, how);
    }
}

impl fmt::Debug for ProcessPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max_workers = self.0.0.max_workers();
        write!(f, "<ProcessPoolExecutor max_workers={max_workers}>")
    }
}

/// The keyword arguments of `ProcessPoolExecutor`.
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ProcessPoolBuilder {
    max_workers: Option<usize>,
    max_tasks_per_child: Option<usize>,
    initializer: Option<Result<Vec<u8>>>,
    arguments: Option<Vec<OsString>>,
}

impl ProcessPoolBuilder {
    /// How many processes there may be, by default as many as processors: `max_workers=`.
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.max_workers = Some(max_workers);
        self
    }

    /// After how many jobs a worker is replaced by a new one, by default never: `max_tasks_per_child=`. A chunk of `map`
    /// is one job.
    pub fn max_tasks_per_child(mut self, max_tasks: usize) -> Self {
        self.max_tasks_per_child = Some(max_tasks);
        self
    }

    /// Called in each worker before its first job, and named in [`process_jobs!`](crate::process_jobs) as they are:
    /// `initializer=` and `initargs=`. If it panics, that is logged, and the pool is broken.
    pub fn initializer<F, A>(mut self, initializer: F, argument: A) -> Self
    where
        F: Fn(A) + Copy + Send + Sync + 'static,
        A: Serialize + DeserializeOwned,
    {
        let _ = initializer;
        self.initializer = Some(request::<F, _>(&(argument,)));
        self
    }

    /// The arguments of the workers' `main`, by default those of this process. For programs that must take another way
    /// to `process_jobs!`, such as tests.
    pub fn arguments<S: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments = Some(arguments.into_iter().map(Into::into).collect());
        self
    }

    /// The pool. No process is started yet.
    ///
    /// # Errors
    ///
    /// `ValueError` if a number is 0.
    pub fn build(self) -> Result<ProcessPoolExecutor, ValueError> {
        let max_workers = self.max_workers.unwrap_or_else(default_workers);
        if max_workers == 0 {
            let text = "max_workers must be greater than 0";
            return Err(ValueError::with_message(text));
        }
        if self.max_tasks_per_child == Some(0) {
            let text = "max_tasks_per_child must be >= 1";
            return Err(ValueError::with_message(text));
        }
        Ok(self.with(max_workers))
    }

    fn with(self, max_workers: usize) -> ProcessPoolExecutor {
        let processes = Processes {
            max_tasks_per_child: self.max_tasks_per_child,
            initializer: self.initializer,
            arguments: self.arguments,
            alive: Mutex::default(),
        };
        let crew = Crew::new(Arc::new(processes), max_workers, THREAD_NAME.to_owned());
        ProcessPoolExecutor(Arc::new(Owner(Arc::new(crew))))
    }
}

impl fmt::Debug for ProcessPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPoolBuilder")
            .field("max_workers", &self.max_workers)
            .field("max_tasks_per_child", &self.max_tasks_per_child)
            .finish_non_exhaustive()
    }
}

/// A worker process has died, so the pool runs nothing more: `concurrent.futures.process.BrokenProcessPool`. Its cause
/// says how the worker died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenProcessPool(&'static str);

impl fmt::Display for BrokenProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for BrokenProcessPool {}

/// What all handles share; the threads that talk to the workers share the crew.
struct Owner(Arc<Crew<Arc<Processes>>>);

impl Drop for Owner {
    fn drop(&mut self) {
        if !self.0.is_shut_down() {
            self.0.shut_down(Shutdown::wait());
        }
    }
}

struct Processes {
    max_tasks_per_child: Option<usize>,
    /// The request that each worker gets first.
    initializer: Option<Result<Vec<u8>>>,
    arguments: Option<Vec<OsString>>,
    alive: Mutex<Alive>,
}

/// The workers, for whoever ends them all.
#[derive(Default)]
struct Alive {
    workers: Vec<Weak<Process>>,
    /// They were all ended: there must be no new ones.
    is_over: bool,
}

impl Trade for Arc<Processes> {
    type Tools = Desk;

    fn prepare(&self) -> Result<Desk, Breakage> {
        Ok(Desk {
            processes: self.clone(),
            child: None,
            calls: 0,
        })
    }

    fn broken(&self) {
        self.signal_all(Signal::KILL);
    }
}

impl Processes {
    fn signal_all(&self, signal: Signal) {
        let mut alive = self.lock();
        alive.is_over = true;
        // They stay: a stronger signal may follow.
        let workers = alive.workers.clone();
        drop(alive);
        for worker in workers.iter().filter_map(Weak::upgrade) {
            if let Err(error) = worker.signal(signal) {
                log::warning(format_args!("cannot end a worker process: {error}"));
            }
        }
    }

    fn start(&self) -> Result<Child, CallError> {
        let mut alive = self.lock();
        if alive.is_over {
            return Err(CallError::Died(BrokenProcessPool(LATER).into()));
        }
        let mut child = Child::start(self.arguments.as_deref()).map_err(|error| {
            let text = format!("start a worker process: {error}");
            CallError::Raised(std::io::Error::new(error.kind(), text).into())
        })?;
        alive.workers.retain(|worker| worker.strong_count() > 0);
        alive.workers.push(Arc::downgrade(child.process()));
        drop(alive);
        child.greet().map_err(CallError::Died)?;
        if let Some(initializer) = &self.initializer {
            let initialized = match initializer {
                Ok(request) => child.call(request).map(drop),
                Err(error) => Err(CallError::Raised(error.clone())),
            };
            initialized.map_err(|failed| match failed {
                CallError::Raised(error) => {
                    log::error(format_args!("Exception in initializer:\n{error:?}"));
                    CallError::Died(error)
                }
                died => died,
            })?;
        }
        Ok(child)
    }

    fn lock(&self) -> MutexGuard<'_, Alive> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where one thread of this process talks to one worker at a time.
struct Desk {
    processes: Arc<Processes>,
    child: Option<Child>,
    /// How many jobs it has had.
    calls: usize,
}

impl Desk {
    fn call(&mut self, request: &[u8]) -> Result<Vec<u8>, CallError> {
        let child = match &mut self.child {
            Some(child) => child,
            None => self.child.insert(self.processes.start()?),
        };
        self.calls += 1;
        child.call(request)
    }

    /// Lets the worker go if it is dead, or has done its share.
    fn tidy(&mut self, is_dead: bool) {
        let max_tasks = self.processes.max_tasks_per_child.unwrap_or(usize::MAX);
        if is_dead || self.calls >= max_tasks {
            self.child = None;
            self.calls = 0;
        }
    }
}

/// A job: what is sent to a worker.
struct Call<T> {
    request: Vec<u8>,
    unpack: fn(Vec<u8>) -> Result<T>,
    promise: Future<T>,
}

impl<T: Send> Job<Desk> for Call<T> {
    fn run(self: Box<Self>, desk: &mut Desk) -> Result<(), Breakage> {
        let promise = self.promise;
        if !promise.set_running_or_notify_cancel().unwrap_or(false) {
            // Cancelled, or somebody else has completed it.
            return Ok(());
        }
        let (outcome, broken) = match desk.call(&self.request) {
            Ok(results) => (caught(|| (self.unpack)(results)), None),
            Err(CallError::Raised(error)) => (Err(error), None),
            Err(CallError::Died(cause)) => {
                let broken = breakage(&cause);
                (Err(broken.pending.clone()), Some(broken))
            }
        };
        // Refused if somebody else has completed it.
        let _ = promise.finish(outcome);
        desk.tidy(broken.is_some());
        broken.map_or(Ok(()), Err)
    }

    fn refuse(self: Box<Self>, why: Refusal) {
        why.tell(&self.promise);
    }
}

fn breakage(cause: &Error) -> Breakage {
    let broken = |text| Error::from(BrokenProcessPool(text)).caused_by(cause.clone());
    Breakage {
        pending: broken(PENDING),
        later: broken(LATER),
    }
}

/// The encoded arguments of a sequence of calls, and which function is meant.
fn request<F: 'static, A: Serialize>(arguments: &A) -> Result<Vec<u8>> {
    let number = number_of::<F>()?;
    let mut request = encode(arguments)?;
    request.extend_from_slice(&(number as u64).to_le_bytes());
    Ok(request)
}

fn default_workers() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// What the threads are called that talk to workers.
const THREAD_NAME: &str = "asyncio-process";

const PENDING: &str = "A process in the process pool was terminated abruptly while the future was running or pending.";
const LATER: &str = "A child process terminated abruptly, the process pool is not usable anymore";
