//! Work that blocks, beside the loop. Mirrors `run_in_executor`, `set_default_executor` and
//! `shutdown_default_executor` of `asyncio.base_events`.

use std::cell::RefCell;
use std::panic::Location;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, Result, RuntimeError, TimeoutError, log};

use crate::closing::Closing;
use crate::concurrent::{self, Executor, Shutdown, ThreadPoolExecutor, wrap_future_in};
use crate::futures::Future;
use crate::timeouts::timeout;

/// The first argument of `run_in_executor`: a reference to an [`Executor`], or `None` for the loop's default one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run this job",
    label = "must be `None`, or a reference to an `Executor` of such jobs",
    note = "a job for threads is a closure without arguments that is `Send` and `'static`, and so is what it returns"
)]
pub trait IntoExecutor<J> {
    /// What the job returns.
    type Output: Send + 'static;

    /// Submits `job`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the default executor was shut down.
    fn submit(self, event_loop: &EventLoop, job: J) -> Result<concurrent::Future<Self::Output>>;
}

impl<J, E> IntoExecutor<J> for &E
where
    E: Executor<J>,
    E::Output: Send + 'static,
{
    type Output = E::Output;

    fn submit(self, _: &EventLoop, job: J) -> Result<concurrent::Future<E::Output>> {
        Ok(Executor::submit(self, job))
    }
}

/// The only `Option`, so that a bare `None` has a type.
impl<F, T> IntoExecutor<F> for Option<&ThreadPoolExecutor>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn submit(self, event_loop: &EventLoop, job: F) -> Result<concurrent::Future<T>> {
        if let Some(executor) = self {
            return Ok(executor.submit(job));
        }
        let default = event_loop.extension::<DefaultExecutor>();
        let executor = default.get(event_loop)?;
        Ok(executor.submit(job))
    }
}

/// See [`LoopTasks::run_in_executor`](crate::LoopTasks::run_in_executor).
pub(crate) fn run_in_executor<J, E: IntoExecutor<J>>(
    event_loop: &EventLoop,
    executor: E,
    job: J,
    location: &'static Location<'static>,
) -> Future<E::Output> {
    let submitted = match event_loop.is_closed() {
        true => Err(RuntimeError::with_message("Event loop is closed").into()),
        false => executor.submit(event_loop, job),
    };
    match submitted {
        Ok(submitted) => wrap_future_in(&submitted, event_loop, location),
        Err(error) => Future::failed(event_loop, error, location),
    }
}

/// See [`LoopTasks::set_default_executor`](crate::LoopTasks::set_default_executor).
pub(crate) fn set_default_executor(event_loop: &EventLoop, executor: ThreadPoolExecutor) {
    if !event_loop.is_closed() {
        let default = event_loop.extension::<DefaultExecutor>();
        default.replace(event_loop, Held::Given(executor));
    }
}

/// See [`LoopTasks::shutdown_default_executor`](crate::LoopTasks::shutdown_default_executor).
///
/// DIFFERENCE: CPython joins in a thread that it starts for that. Here the last thread says that it is about to end, so
/// that joining it does not block.
async fn shutdown_default_executor(event_loop: EventLoop, limit: Option<f64>) -> Result<()> {
    let Some(executor) = event_loop.extension::<DefaultExecutor>().held() else {
        return Ok(());
    };
    executor.shutdown(Shutdown::no_wait());
    let ended = wrap_future_in(&executor.ended(), &event_loop, Location::caller());
    match timeout(limit, async |_| (&ended).await).await {
        Err(error) if error.is::<TimeoutError>() => {
            let seconds = limit.unwrap_or(f64::INFINITY);
            log::warning(format_args!(
                "RuntimeWarning: The executor did not finishing joining its threads within {seconds} seconds."
            ));
        }
        outcome => {
            outcome?;
            executor.shutdown(Shutdown::wait());
        }
    }
    Ok(())
}

/// What a loop runs jobs on that are given no executor.
#[derive(Default)]
struct DefaultExecutor {
    held: RefCell<Option<Held>>,
}

/// A default executor, by its origin.
enum Held {
    /// The loop has made it. Nobody else knows of it.
    Own(ThreadPoolExecutor),
    /// From `set_default_executor`.
    Given(ThreadPoolExecutor),
}

impl DefaultExecutor {
    /// Python's `_check_default_executor`, then the executor, made at its first use.
    fn get(&self, event_loop: &EventLoop) -> Result<ThreadPoolExecutor> {
        if Closing::DefaultExecutor(None).was_called(event_loop) {
            return Err(RuntimeError::with_message("Executor shutdown has been called").into());
        }
        if let Some(executor) = self.held() {
            return Ok(executor);
        }
        let builder = ThreadPoolExecutor::builder().thread_name_prefix("asyncio");
        let executor = builder.build()?;
        self.replace(event_loop, Held::Own(executor.clone()));
        Ok(executor)
    }

    fn held(&self) -> Option<ThreadPoolExecutor> {
        match &*self.held.borrow() {
            Some(Held::Own(executor) | Held::Given(executor)) => Some(executor.clone()),
            None => None,
        }
    }

    /// The last handle must not be dropped here while threads are at work: the loop would wait for them.
    fn replace(&self, event_loop: &EventLoop, held: Held) {
        Closing::DefaultExecutor(None).needs(event_loop, |event_loop, closing| {
            let limit = match closing {
                Closing::DefaultExecutor(limit) => limit,
                Closing::AsyncGenerators => None,
            };
            Box::pin(shutdown_default_executor(event_loop, limit))
        });
        if let Some(Held::Own(replaced)) = self.held.replace(Some(held)) {
            replaced.shutdown(Shutdown::no_wait());
        }
    }
}

/// The loop closes, and does not wait.
impl Drop for DefaultExecutor {
    fn drop(&mut self) {
        if let Some(Held::Own(executor) | Held::Given(executor)) = self.held.take() {
            executor.shutdown(Shutdown::no_wait());
        }
    }
}
