//! [`to_thread`]: one blocking call, awaited. Mirrors `asyncio.threads`.

use asyncio_executor::{ContextSnapshot, Result, get_running_loop};

use crate::loop_tasks::LoopTasks;

/// Runs `job` on a thread of the loop's default executor, in a copy of the current context: `asyncio.to_thread`.
///
/// The job returns what it likes. One that returns a `Result` is awaited with `??`: the outer one is the loop's.
///
/// # Cancel safety
///
/// Cancelled, it stops waiting. A job that has begun goes on, and its result is dropped; one that has not is withdrawn.
/// Dropped, it only stops waiting.
///
/// # Errors
///
/// `PanicError` if the job panics, or what it [`raise`](crate::raise)s; `RuntimeError` if the executor was shut down.
///
/// ```
/// use asyncio_tasks::{run, to_thread};
///
/// run(async {
///     let text = to_thread(|| std::fs::read_to_string("/dev/null")).await??;
///     assert_eq!(text, "");
///     Ok(())
/// }).unwrap();
/// ```
pub async fn to_thread<F, T>(job: F) -> Result<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let event_loop = get_running_loop()?;
    let context = ContextSnapshot::current();
    event_loop
        .run_in_executor(None, move || context.run(job))
        .await
}
