//! [`staggered_race`]. Mirrors `asyncio.staggered`.

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, poll_fn};
use std::iter::Enumerate;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use asyncio_executor::{
    CancelledError, Error, EventLoop, Result, TimeoutError, caught, get_running_loop,
};
use asyncio_tasks::{
    AnyTask, ExceptionGroup, Future, IntoTimeout, LoopTasks, Task, create_task, current_task,
    future_add_to_awaited_by, future_discard_from_awaited_by, wait_for,
};

/// Starts coroutines one after the other until one succeeds: `asyncio.staggered.staggered_race`.
///
/// The first starts at once, each further one when the one before it has failed, or has run for `delay`. With a delay of
/// `None` no two run at the same time. The first success cancels the others. The coroutines run in tasks of their own,
/// and `coro_fns` is asked for the next one only when it is to start.
///
/// Returns the result and the index of the winner, or `None` twice if all failed, and what each coroutine that was
/// started failed with: `None` for the winner, a `CancelledError` for those that were cancelled.
///
/// # Cancel safety
///
/// Cancelling the task cancels the coroutines and waits for them. Dropped, it can only cancel them, and they end by
/// themselves then.
///
/// # Errors
///
/// `CancelledError` if the task is cancelled. A `KeyboardInterrupt` or `SystemExit` of a coroutine as it is; its other
/// errors are failures, and so is a panic. An [`ExceptionGroup`] if `coro_fns` panics or the delay is NaN.
///
/// # Panics
///
/// When polled without a running loop.
///
/// ```
/// use asyncio_transports::{Result, ValueError, sleep, staggered_race};
///
/// async fn attempt(name: &'static str, takes: f64) -> Result<&'static str> {
///     sleep(takes).await?;
///     if name == "bad" {
///         return Err(ValueError::with_message("no such host").into());
///     }
///     Ok(name)
/// }
///
/// # asyncio_transports::run(async {
/// let attempts = [("bad", 0.0), ("slow", 3600.0), ("quick", 0.0), ("spare", 0.0)];
/// let attempts = attempts.map(|(name, takes)| move || attempt(name, takes));
/// let (winner, index, failures) = staggered_race(attempts, 0.01).await?;
/// assert_eq!((winner, index), (Some("quick"), Some(2)));
/// let failures: Vec<_> = failures.iter().map(|e| e.as_ref().map(|e| e.type_name())).collect();
/// assert_eq!(failures, [Some("ValueError"), Some("CancelledError"), None]);
/// # Ok(()) }).unwrap();
/// ```
pub async fn staggered_race<T, I, F, C>(
    coro_fns: I,
    delay: impl IntoTimeout,
) -> Result<(Option<T>, Option<usize>, Vec<Option<Error>>)>
where
    T: 'static,
    I: IntoIterator<Item = F, IntoIter: 'static>,
    F: FnOnce() -> C + 'static,
    C: StdFuture<Output = Result<T>> + 'static,
{
    let race = Race(Rc::new(Course {
        coro_fns: Cell::new(Some(coro_fns.into_iter().enumerate())),
        delay: delay.into_timeout(),
        runners: RefCell::default(),
        failures: RefCell::default(),
        winner: RefCell::default(),
        unhandled: RefCell::default(),
        completed: RefCell::default(),
        parent: current_task().ok().flatten(),
    }));
    race.0.add_runner(None);
    let cancelled = race.0.finish().await;
    race.0.check_unhandled()?;
    cancelled?;
    let (index, result) = race.0.winner.take().unzip();
    Ok((result, index, race.0.failures.take()))
}

/// A race as the caller holds it. Dropped before its end, it cancels the runners.
struct Race<T, I>(Rc<Course<T, I>>);

impl<T, I> Drop for Race<T, I> {
    fn drop(&mut self) {
        for runner in self.0.runners() {
            runner.cancel();
        }
    }
}

/// What the runners share: the tasks that each run one coroutine when its turn comes.
struct Course<T, I> {
    /// Taken out while it is asked for the next one, and for good after the last.
    coro_fns: Cell<Option<Enumerate<I>>>,
    /// Seconds.
    delay: Option<f64>,
    /// Those that are not done.
    runners: RefCell<Vec<Task<()>>>,
    /// Of each coroutine that was started. One that has neither failed nor won counts as cancelled.
    failures: RefCell<Vec<Option<Error>>>,
    winner: RefCell<Option<(usize, T)>>,
    /// What the runners themselves have failed with.
    unhandled: RefCell<Vec<Error>>,
    /// What the caller waits on for the runners.
    completed: RefCell<Option<Future<()>>>,
    /// Who awaits the race, for the call graph.
    parent: Option<AnyTask>,
}

impl<T, I> Course<T, I> {
    fn runners(&self) -> Vec<Task<()>> {
        self.runners.borrow().clone()
    }

    fn cancel_others(&self) {
        let current = current_task().ok().flatten();
        for runner in self.runners() {
            if current.as_ref().is_none_or(|current| *current != runner) {
                runner.cancel();
            }
        }
    }

    /// Waits until no runner is left, also when cancelled.
    async fn finish(&self) -> Result<()> {
        let mut outcome = Ok(());
        while !self.runners.borrow().is_empty() {
            let completed = get_running_loop()?.create_future();
            self.completed.replace(Some(completed.clone()));
            if let Err(cancelled) = completed.await {
                self.pass_on(&cancelled);
                outcome = Err(cancelled);
            }
            self.completed.take();
        }
        outcome
    }

    /// Cancels the runners as the caller was cancelled.
    fn pass_on(&self, cancelled: &Error) {
        let msg = cancelled
            .downcast_ref::<CancelledError>()
            .and_then(CancelledError::msg);
        for runner in self.runners() {
            match msg {
                Some(msg) => runner.cancel_with(msg),
                None => runner.cancel(),
            };
        }
    }

    fn runner_done(&self, runner: &Task<()>) {
        self.runners.borrow_mut().retain(|other| other != runner);
        if let Some(parent) = &self.parent {
            future_discard_from_awaited_by(runner, parent);
        }
        let completed = self.completed.borrow().clone();
        if self.runners.borrow().is_empty()
            && let Some(completed) = completed.filter(|completed| !completed.done())
        {
            let _ = completed.set_result(());
        }
        if let Ok(Some(error)) = runner.exception() {
            self.unhandled.borrow_mut().push(error);
        }
    }

    fn check_unhandled(&self) -> Result<()> {
        let mut unhandled = self.unhandled.take();
        if let Some(exit) = unhandled.iter().position(Error::is_base_exception) {
            return Err(unhandled.swap_remove(exit));
        }
        match ExceptionGroup::new("staggered race failed", unhandled) {
            Ok(group) => Err(group.into()),
            Err(_empty) => Ok(()),
        }
    }
}

impl<T, I, F, C> Course<T, I>
where
    T: 'static,
    I: Iterator<Item = F> + 'static,
    F: FnOnce() -> C + 'static,
    C: StdFuture<Output = Result<T>> + 'static,
{
    /// Adds the runner of the next coroutine, which waits for the failure of the `previous` one.
    fn add_runner(self: &Rc<Self>, previous: Option<Future<()>>) {
        // An eager runner waits until it is listed.
        let listed = EventLoop::current().create_future();
        let runner = create_task(self.clone().run_next(listed.clone(), previous));
        self.runners.borrow_mut().push(runner.clone());
        if let Some(parent) = &self.parent {
            future_add_to_awaited_by(&runner, parent);
        }
        let course = Rc::downgrade(self);
        runner.add_done_callback(move |runner| {
            if let Some(course) = course.upgrade() {
                course.runner_done(runner);
            }
        });
        // Nobody else sets it, but a runner that was cancelled already.
        let _ = listed.set_result(());
    }

    /// Python's `run_one_coro`.
    async fn run_next(
        self: Rc<Self>,
        listed: Future<()>,
        previous: Option<Future<()>>,
    ) -> Result<()> {
        listed.await?;
        if let Some(previous) = previous {
            match wait_for(async { (&previous).await }, self.delay).await {
                Err(error) if error.is::<TimeoutError>() => {}
                failed => failed?,
            }
        }
        let Some((index, coro_fn)) = self.next() else {
            return Ok(());
        };
        let ended = SetOnDrop(get_running_loop()?.create_future());
        self.add_runner(Some(ended.0.clone()));
        let unknown = CancelledError::new();
        self.failures.borrow_mut().push(Some(unknown.into()));
        match attempt(coro_fn).await {
            Ok(result) => self.win(index, result),
            Err(error) if error.is_base_exception() => {
                self.cancel_others();
                return Err(error);
            }
            Err(error) => self.failures.borrow_mut()[index] = Some(error),
        }
        Ok(())
    }

    fn next(&self) -> Option<(usize, F)> {
        let mut coro_fns = self.coro_fns.take()?;
        let next = coro_fns.next()?;
        self.coro_fns.set(Some(coro_fns));
        Some(next)
    }

    fn win(&self, index: usize, result: T) {
        // One that swallows its cancellation comes too late, where CPython fails an assertion.
        if self.winner.borrow().is_some() {
            return;
        }
        self.winner.replace(Some((index, result)));
        self.failures.borrow_mut()[index] = None;
        self.cancel_others();
    }
}

/// Lets the next runner go when a coroutine has ended, in whatever way.
struct SetOnDrop(Future<()>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        if !self.0.done() {
            let _ = self.0.set_result(());
        }
    }
}

/// The outcome of one coroutine, with a panic as an error.
async fn attempt<T, C>(coro_fn: impl FnOnce() -> C) -> Result<T>
where
    C: StdFuture<Output = Result<T>>,
{
    let mut coro = pin!(caught(|| Ok(coro_fn()))?);
    poll_fn(|cx| {
        let polled = caught(|| Ok(coro.as_mut().poll(cx)));
        polled.unwrap_or_else(|error| Poll::Ready(Err(error)))
    })
    .await
}
