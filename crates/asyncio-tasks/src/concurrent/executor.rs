//! [`Executor`]: where work runs beside the loop. Mirrors `concurrent.futures.Executor`.

use std::collections::VecDeque;
use std::fmt;
use std::iter::Fuse;
use std::time::Instant;

use asyncio_executor::Result;

use super::future::{Future, deadline};
use crate::timeouts::IntoTimeout;

/// Runs jobs of type `J` elsewhere: `concurrent.futures.Executor`.
///
/// [`ThreadPoolExecutor`](super::ThreadPoolExecutor) runs closures. Whatever implements this can be given to
/// `run_in_executor`.
///
/// ```
/// use asyncio_tasks::{LoopTasks, get_running_loop, run};
/// use asyncio_tasks::concurrent::{Executor, Future, Shutdown};
///
/// /// A new thread for each job.
/// struct Threads;
///
/// impl<F: FnOnce() -> i32 + Send + 'static> Executor<F> for Threads {
///     type Output = i32;
///
///     fn submit(&self, job: F) -> Future<i32> {
///         let future = Future::new();
///         let promise = future.clone();
///         std::thread::spawn(move || promise.set_result(job()));
///         future
///     }
///
///     fn shutdown(&self, _: Shutdown) {}
/// }
///
/// run(async {
///     let answer = get_running_loop()?.run_in_executor(&Threads, || 42).await?;
///     assert_eq!(answer, 42);
///     Ok(())
/// }).unwrap();
/// ```
pub trait Executor<J> {
    /// What a job returns.
    type Output;

    /// Schedules `job`: `Executor.submit`. A job that is refused has a future that has failed.
    fn submit(&self, job: J) -> Future<Self::Output>;

    /// From now on jobs are refused: `Executor.shutdown`.
    fn shutdown(&self, how: Shutdown);
}

/// How an executor is shut down: the arguments of `Executor.shutdown(wait=..., cancel_futures=...)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    pub(super) waiting: Waiting,
    pub(super) queued: Queued,
}

/// When a shutdown returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// When the last worker has ended.
    ForWorkers,
    /// At once; the workers end when there is nothing left to do.
    No,
}

/// What becomes of jobs that have not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queued {
    /// They are done.
    Done,
    /// Their futures are cancelled.
    Cancelled,
}

impl Shutdown {
    /// Blocks until all jobs are done and all workers have ended: `wait=True`, which is the default.
    pub const fn wait() -> Self {
        Shutdown {
            waiting: Waiting::ForWorkers,
            queued: Queued::Done,
        }
    }

    /// Returns at once; the workers end when all jobs are done: `wait=False`.
    pub const fn no_wait() -> Self {
        Shutdown {
            waiting: Waiting::No,
            queued: Queued::Done,
        }
    }

    /// Cancels the jobs that have not begun: `cancel_futures=True`.
    #[must_use]
    pub const fn cancel_futures(self) -> Self {
        Shutdown {
            queued: Queued::Cancelled,
            ..self
        }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Shutdown::wait()
    }
}

/// What `map` of an executor returns. It starts when it is iterated over: `for result in pool.map(f, items)`.
#[must_use = "nothing is submitted until it is iterated over"]
pub struct Map<S> {
    submitting: S,
    timeout: Option<f64>,
    buffersize: Option<usize>,
}

impl<S> Map<S> {
    /// `submitting` submits the next job whenever it is asked for a future.
    pub(super) fn new(submitting: S) -> Self {
        Map {
            submitting,
            timeout: None,
            buffersize: None,
        }
    }

    /// The time for all results together, from the begin of the iteration: `timeout=`.
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.timeout = timeout.into_timeout();
        self
    }

    /// How many jobs may be submitted whose results were not taken, at least one: `buffersize=`. Without it, all are
    /// submitted at once.
    pub fn buffersize(mut self, buffersize: usize) -> Self {
        self.buffersize = Some(buffersize);
        self
    }
}

impl<T, S: Iterator<Item = Future<T>>> IntoIterator for Map<S> {
    type Item = Result<T>;
    type IntoIter = MapResults<T, S>;

    /// # Panics
    ///
    /// "ValueError" if the buffer size is 0.
    fn into_iter(self) -> MapResults<T, S> {
        let size = self.buffersize.unwrap_or(usize::MAX);
        assert!(size > 0, "ValueError: buffersize must be None or > 0");
        let deadline = self.timeout.and_then(deadline);
        let mut submitting = self.submitting.fuse();
        let submitted = submitting.by_ref().take(size).collect();
        MapResults {
            submitting,
            submitted,
            deadline,
        }
    }
}

impl<S> fmt::Debug for Map<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("timeout", &self.timeout)
            .field("buffersize", &self.buffersize)
            .finish_non_exhaustive()
    }
}

/// The results of a [`Map`], in the order of its items. It ends after the first error. What has not begun by then, or
/// when it is dropped, is cancelled.
pub struct MapResults<T, S> {
    submitting: Fuse<S>,
    submitted: VecDeque<Future<T>>,
    deadline: Option<Instant>,
}

impl<T, S: Iterator<Item = Future<T>>> Iterator for MapResults<T, S> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let next = self.submitted.pop_front()?;
        self.submitted.extend(self.submitting.next());
        let left = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let result = next.take_result(left.map(|left| left.as_secs_f64()));
        if result.is_err() {
            // It may be the timeout.
            next.cancel();
            self.cancel();
        }
        Some(result)
    }
}

impl<T, S> MapResults<T, S> {
    fn cancel(&mut self) {
        for future in self.submitted.drain(..) {
            future.cancel();
        }
    }
}

impl<T, S> Drop for MapResults<T, S> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl<T, S> fmt::Debug for MapResults<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<MapResults with {} submitted>", self.submitted.len())
    }
}
