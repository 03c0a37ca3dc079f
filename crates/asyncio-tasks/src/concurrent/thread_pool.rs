//! [`ThreadPoolExecutor`]: closures that run on threads. Mirrors `concurrent.futures.thread`.

use std::error::Error as StdError;
use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

use asyncio_executor::{CallbackOutput, Error, OutsideWork, Result, ValueError, caught, log};

use super::crew::{Breakage, Crew, Job, Refusal, Trade};
use super::executor::{Executor, Map, Shutdown};
use super::future::Future;

/// Threads that run closures: `concurrent.futures.ThreadPoolExecutor`.
///
/// A job is a closure that returns what it likes; a panic of it, or what it [`raise`](crate::raise)s, is the exception
/// of its future. A thread is started when a job finds none idle, up to the maximum.
///
/// A cheap clone. When the last handle is dropped, the pool is shut down as at the end of Python's `with` statement: it
/// blocks until all jobs are done and all threads have ended. After a [`shutdown`](ThreadPoolExecutor::shutdown),
/// dropping does nothing. A program that ends does not wait for threads that still run.
///
/// ```
/// use asyncio_tasks::concurrent::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(3);
/// let future = pool.submit(|| 6 * 7);
/// assert_eq!(future.result(None)?, 42);
/// let squares: Vec<u64> = pool.map(|n| n * n, 0..4).into_iter().collect::<Result<_, _>>()?;
/// assert_eq!(squares, [0, 1, 4, 9]);
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
#[derive(Clone)]
pub struct ThreadPoolExecutor(Arc<Owner>);

impl ThreadPoolExecutor {
    /// A pool of up to `max_workers` threads.
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
    pub fn builder() -> ThreadPoolBuilder {
        ThreadPoolBuilder::default()
    }

    /// Schedules `job`: `Executor.submit`. The future fails at once with `RuntimeError` after the shutdown, and with
    /// [`BrokenThreadPool`] if an initializer has failed; with an `io::Error` if no thread can be started.
    pub fn submit<F, T>(&self, job: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let work = OutsideWork::of_running_loop();
        let future = Future::known_to(work.waited_for_by());
        let promise = future.clone();
        self.0.0.submit(Box::new(WorkItem { job, promise, work }));
        future
    }

    /// Calls `f` with each item on the threads, and gives the results in the order of the items: `Executor.map`.
    pub fn map<F, I, T>(
        &self,
        f: F,
        items: I,
    ) -> Map<impl Iterator<Item = Future<T>> + use<F, I, T>>
    where
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Send + 'static,
        T: Send + 'static,
    {
        let (pool, f) = (self.clone(), Arc::new(f));
        Map::new(items.into_iter().map(move |item| {
            let f = f.clone();
            pool.submit(move || f(item))
        }))
    }

    /// From now on jobs are refused: `Executor.shutdown`. Called by a job of this pool, it does not wait for that job's
    /// thread.
    pub fn shutdown(&self, how: Shutdown) {
        self.0.0.shut_down(how);
    }

    /// A future that is done when, after the shutdown, the last thread has nothing more to do.
    pub(crate) fn ended(&self) -> Future<()> {
        self.0.0.ended()
    }
}

impl Default for ThreadPoolExecutor {
    /// A pool of up to `min(32, processors + 4)` threads.
    fn default() -> Self {
        Self::with_builder(ThreadPoolBuilder::default(), default_workers())
    }
}

impl ThreadPoolExecutor {
    fn with_builder(builder: ThreadPoolBuilder, max_workers: usize) -> Self {
        let name_prefix = builder.thread_name_prefix.unwrap_or_else(|| {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            format!("ThreadPoolExecutor-{number}")
        });
        let initializer = builder.initializer;
        let crew = Crew::new(Threads { initializer }, max_workers, name_prefix);
        ThreadPoolExecutor(Arc::new(Owner(Arc::new(crew))))
    }
}

impl<F, T> Executor<F> for ThreadPoolExecutor
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn submit(&self, job: F) -> Future<T> {
        ThreadPoolExecutor::submit(self, job)
    }

    fn shutdown(&self, how: Shutdown) {
        ThreadPoolExecutor::shutdown(self, how);
    }
}

impl PartialEq for ThreadPoolExecutor {
    /// Whether both are handles to the same pool.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for ThreadPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max_workers = self.0.0.max_workers();
        write!(f, "<ThreadPoolExecutor max_workers={max_workers}>")
    }
}

/// The keyword arguments of `ThreadPoolExecutor`.
#[derive(Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ThreadPoolBuilder {
    max_workers: Option<usize>,
    thread_name_prefix: Option<String>,
    initializer: Option<Initializer>,
}

type Initializer = Box<dyn Fn() -> Result<()> + Send + Sync>;

impl ThreadPoolBuilder {
    /// How many threads there may be, by default `min(32, processors + 4)`: `max_workers=`.
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.max_workers = Some(max_workers);
        self
    }

    /// Threads are named after it, with `_0`, `_1` and so on: `thread_name_prefix=`. The system shows no more than the
    /// first 15 bytes of a name.
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = Some(prefix.into()).filter(|prefix| !prefix.is_empty());
        self
    }

    /// Called in each thread before its first job: `initializer=`. If it fails or panics, that is logged, and the pool
    /// is broken: its jobs fail with [`BrokenThreadPool`].
    pub fn initializer<F, R>(mut self, initializer: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: CallbackOutput,
    {
        self.initializer = Some(Box::new(move || initializer().into_result()));
        self
    }

    /// The pool. No thread is started yet.
    ///
    /// # Errors
    ///
    /// `ValueError` if the maximum is 0.
    pub fn build(self) -> Result<ThreadPoolExecutor, ValueError> {
        let max_workers = self.max_workers.unwrap_or_else(default_workers);
        if max_workers == 0 {
            let text = "max_workers must be greater than 0";
            return Err(ValueError::with_message(text));
        }
        Ok(ThreadPoolExecutor::with_builder(self, max_workers))
    }
}

impl fmt::Debug for ThreadPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolBuilder")
            .field("max_workers", &self.max_workers)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .finish_non_exhaustive()
    }
}

/// A thread's initializer has failed, so the pool runs nothing more: `concurrent.futures.thread.BrokenThreadPool`. Its
/// cause is what the initializer raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokenThreadPool;

impl fmt::Display for BrokenThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("A thread initializer failed, the thread pool is not usable anymore")
    }
}

impl StdError for BrokenThreadPool {}

/// What all handles share; the threads share the crew.
struct Owner(Arc<Crew<Threads>>);

impl Drop for Owner {
    fn drop(&mut self) {
        if !self.0.is_shut_down() {
            self.0.shut_down(Shutdown::wait());
        }
    }
}

struct Threads {
    initializer: Option<Initializer>,
}

impl Trade for Threads {
    type Tools = ();

    fn prepare(&self) -> Result<(), Breakage> {
        let Some(initializer) = &self.initializer else {
            return Ok(());
        };
        caught(initializer).map_err(|cause| {
            let broken = Error::from(BrokenThreadPool).caused_by(cause);
            Breakage {
                pending: broken.clone(),
                later: broken,
            }
        })
    }

    fn broken(&self) {}
}

struct WorkItem<F, T> {
    job: F,
    promise: Future<T>,
    /// Comes last: the loop learns of the outcome before the work counts as done.
    work: OutsideWork,
}

impl<F, T> Job<()> for WorkItem<F, T>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    fn run(self: Box<Self>, (): &mut ()) -> Result<(), Breakage> {
        let WorkItem { job, promise, work } = *self;
        let job = || work.run(job);
        let completed = match promise.set_running_or_notify_cancel() {
            Ok(true) => promise.finish(caught(|| Ok(job()))).map_err(Error::from),
            Ok(false) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = completed {
            // Somebody else has completed the future.
            log::error(format_args!("Exception in worker\n{error:?}"));
        }
        Ok(())
    }

    fn refuse(self: Box<Self>, why: Refusal) {
        why.tell(&self.promise);
    }
}

/// Jobs often wait for the system, so there are more threads than processors, but not many on a large machine.
fn default_workers() -> usize {
    let processors = available_parallelism().map_or(1, NonZero::get);
    (processors + 4).min(32)
}

/// Tells the threads of pools without a prefix apart.
static COUNTER: AtomicU64 = AtomicU64::new(0);
