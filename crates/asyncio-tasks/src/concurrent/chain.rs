//! [`wrap_future`] and [`run_coroutine_threadsafe`]: a thread's future and the loop's follow each other.
//!
//! Mirrors `_chain_future` of `asyncio.futures` and `run_coroutine_threadsafe` of `asyncio.tasks`. A loop's future must
//! not leave its thread, so the other thread sends the key under which the loop keeps it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, EventLoopProxy, RuntimeError, get_event_loop, try_running_loop};

use super::Future;
use crate::state::AnyFuture;
use crate::tasks::{Task, TaskOptions};

/// The loop's future for a thread's: `asyncio.wrap_future`. The outcome is moved over; cancelling either cancels the
/// other, unless the work has begun. For another loop than the current one there is
/// [`LoopTasks::wrap_future`](crate::LoopTasks::wrap_future).
///
/// # Errors
///
/// `RuntimeError` without a current loop.
///
/// ```
/// use asyncio_tasks::{concurrent, run, wrap_future};
///
/// run(async {
///     let work = concurrent::Future::new();
///     let thread = std::thread::spawn({ let work = work.clone(); move || work.set_result(42) });
///     assert_eq!(wrap_future(&work)?.await?, 42);
///     Ok(thread.join().unwrap()?)
/// }).unwrap();
/// ```
#[track_caller]
pub fn wrap_future<T: Send + 'static>(
    source: &Future<T>,
) -> Result<crate::Future<T>, RuntimeError> {
    let location = Location::caller();
    Ok(wrap_future_in(source, &get_event_loop()?, location))
}

/// As [`wrap_future`], for `event_loop`.
pub(crate) fn wrap_future_in<T: Send + 'static>(
    source: &Future<T>,
    event_loop: &EventLoop,
    location: &'static Location<'static>,
) -> crate::Future<T> {
    let wrapped = crate::Future::at(event_loop, location);
    wrapped.add_done_callback({
        let source = source.clone();
        move |wrapped| wrapped.cancelled() && source.cancel()
    });
    let key = Bridges::of(event_loop).keep(Rc::new(wrapped.clone()));
    let proxy = event_loop.proxy();
    let is_known = source.is_known_to() == Some(&proxy);
    let work = (!is_known).then(|| event_loop.outside_work());
    source.add_done_callback(move |source| {
        // Until the outcome is on its way.
        let _work = work;
        let source = source.clone();
        if is_running_here(&proxy) {
            return copy_outcome(&source, key);
        }
        // A loop that is closed has nobody left who waits.
        let _ = proxy.call_soon_threadsafe(move || copy_outcome(&source, key));
    });
    wrapped
}

/// Python's `_copy_future_state`, on the loop's thread.
fn copy_outcome<T: Send + 'static>(source: &Future<T>, key: u64) {
    let Some(wrapped) = Bridges::of(&EventLoop::current()).take::<crate::Future<T>>(key) else {
        return;
    };
    if wrapped.done() {
        return;
    }
    // Cannot fail: tested above.
    let _ = match source.take_result(Some(0.0)) {
        Ok(result) => wrapped.set_result(result),
        Err(_) if source.cancelled() => {
            wrapped.cancel();
            Ok(())
        }
        Err(error) => wrapped.set_exception(error),
    };
}

/// Runs a coroutine on another thread's loop: `asyncio.run_coroutine_threadsafe`.
///
/// `make` is called on the loop's thread, so that the coroutine need not be `Send`. Cancelling the returned future
/// cancels the task. If the loop is closed before the coroutine has ended, the future gets a `RuntimeError`.
///
/// ```
/// use asyncio_tasks::{get_running_loop, run, run_coroutine_threadsafe, sleep};
///
/// run(async {
///     let proxy = get_running_loop()?.proxy();
///     let thread = std::thread::spawn(move || {
///         run_coroutine_threadsafe(|| async { sleep(0.001).await?; Ok(5) }, &proxy).result(Some(10.0))
///     });
///     while !thread.is_finished() {
///         sleep(0.001).await?;
///     }
///     assert_eq!(thread.join().unwrap()?, 5);
///     Ok(())
/// }).unwrap();
/// ```
#[track_caller]
pub fn run_coroutine_threadsafe<M, C, T>(make: M, proxy: &EventLoopProxy) -> Future<T>
where
    M: FnOnce() -> C + Send + 'static,
    C: std::future::Future<Output = crate::Result<T>> + 'static,
    T: Send + 'static,
{
    let location = Location::caller();
    let promise = Promise(Some(Future::known_to(Some(proxy.clone()))));
    let future = promise.0.clone().expect("just made");
    let sent = proxy.call_soon_threadsafe(move || start(make(), promise, location));
    // A closed loop has dropped the promise, which told the future.
    drop(sent);
    future
}

/// The methods of [`EventLoopProxy`] that need futures.
pub trait ProxyTasks {
    /// See [`run_coroutine_threadsafe`].
    fn run_coroutine_threadsafe<M, C, T>(&self, make: M) -> Future<T>
    where
        M: FnOnce() -> C + Send + 'static,
        C: std::future::Future<Output = crate::Result<T>> + 'static,
        T: Send + 'static;
}

impl ProxyTasks for EventLoopProxy {
    #[track_caller]
    fn run_coroutine_threadsafe<M, C, T>(&self, make: M) -> Future<T>
    where
        M: FnOnce() -> C + Send + 'static,
        C: std::future::Future<Output = crate::Result<T>> + 'static,
        T: Send + 'static,
    {
        run_coroutine_threadsafe(make, self)
    }
}

/// On the loop's thread: the task begins, and the future follows it.
fn start<C, T>(coro: C, mut promise: Promise<T>, location: &'static Location<'static>)
where
    C: std::future::Future<Output = crate::Result<T>> + 'static,
    T: Send + 'static,
{
    let event_loop = EventLoop::current();
    let task = Task::spawn(&event_loop, coro, TaskOptions::default(), location);
    let key = Bridges::of(&event_loop).keep(Rc::new(task.clone()));
    if let Some(future) = &promise.0 {
        let proxy = event_loop.proxy();
        future.add_done_callback(move |future| {
            if !future.cancelled() {
                return;
            }
            if is_running_here(&proxy) {
                return cancel::<T>(key);
            }
            // A loop that is closed has dropped the task.
            let _ = proxy.call_soon_threadsafe(move || cancel::<T>(key));
        });
    }
    task.add_done_callback(move |task| {
        drop(Bridges::of(&task.get_loop()).take::<Task<T>>(key));
        if let Some(future) = promise.0.take() {
            follow(task, &future);
        }
    });
}

fn cancel<T: 'static>(key: u64) {
    if let Some(task) = Bridges::of(&EventLoop::current()).get::<Task<T>>(key) {
        task.cancel();
    }
}

/// Python's `_set_concurrent_future_state`.
fn follow<T: 'static>(task: &Task<T>, future: &Future<T>) {
    if task.cancelled() {
        future.cancel();
    }
    if !future.set_running_or_notify_cancel().unwrap_or(false) {
        // Cancelled: nobody waits for the exception, either.
        task.state.mark_retrieved();
        return;
    }
    // Cannot fail: it is running, and only this sets the result.
    let _ = match task.state.take() {
        Ok(result) => future.set_result(result),
        Err(error) => future.set_exception(error),
    };
}

/// The future of a coroutine that may never end.
struct Promise<T>(Option<Future<T>>);

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        if let Some(future) = self.0.take() {
            // If it is done, it was cancelled.
            let _ = future.set_exception(RuntimeError::with_message("Event loop is closed"));
        }
    }
}

/// The futures and tasks of a loop that other threads know by a key. A key is never used again: it may still be on
/// its way when its future is gone.
#[derive(Default)]
struct Bridges {
    next_key: Cell<u64>,
    kept: RefCell<HashMap<u64, Rc<dyn Any>>>,
}

impl Bridges {
    fn of(event_loop: &EventLoop) -> Rc<Self> {
        event_loop.extension()
    }

    fn keep(&self, value: Rc<dyn Any>) -> u64 {
        let key = self.next_key.get();
        self.next_key.set(key + 1);
        self.kept.borrow_mut().insert(key, value);
        key
    }

    fn get<V: Clone + 'static>(&self, key: u64) -> Option<V> {
        self.kept.borrow().get(&key)?.downcast_ref::<V>().cloned()
    }

    fn take<V: Clone + 'static>(&self, key: u64) -> Option<V> {
        let kept = self.kept.borrow_mut().remove(&key)?;
        kept.downcast_ref::<V>().cloned()
    }
}

fn is_running_here(proxy: &EventLoopProxy) -> bool {
    try_running_loop().is_some_and(|event_loop| event_loop.proxy() == *proxy)
}
