//! [`AsyncGenerator`]: a coroutine that gives values on its way. Mirrors Python's asynchronous generators (PEP 525), and
//! what `asyncio.base_events` does for them.

mod live;
mod state;

use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use asyncio_executor::{Error, Result, RuntimeError};
use futures_core::Stream;

use state::{Resume, State};

/// A coroutine that gives values on its way: what calling an `async def` with a `yield` in it gives in Python.
///
/// The body is an async closure. It runs inside of [`next`](AsyncGenerator::next), as part of the task that calls it: that
/// is its current task, and a request to cancel it reaches what the body awaits. `y.emit(value).await?` is `yield
/// value`. The body ends with `Ok(())`, or with an error, which `next` passes on. It can be used as a `Stream` as well.
///
/// One that is dropped while it waits in `emit` is closed by its loop: a task runs the rest of the body, where `emit` fails
/// with a [`GeneratorExit`], so that cleaning up may await. [`shutdown_asyncgens`](crate::LoopTasks::shutdown_asyncgens)
/// closes all that are left, and [`run`](crate::run) calls it. Started where no loop runs, it is just dropped.
///
/// ```
/// use asyncio_tasks::{AsyncGenerator, run, sleep};
///
/// run(async {
///     let ticks = AsyncGenerator::new(async |y| {
///         for tick in 0..3 {
///             sleep(0.001).await?;
///             y.emit(tick).await?;
///         }
///         Ok(())
///     });
///     let mut seen = Vec::new();
///     while let Some(tick) = ticks.next().await {
///         seen.push(tick?);
///     }
///     assert_eq!(seen, [0, 1, 2]);
///     Ok(())
/// }).unwrap();
/// ```
pub struct AsyncGenerator<Y: 'static, S: 'static = ()>(Rc<State<Y, S>>);

impl<Y: 'static> AsyncGenerator<Y> {
    /// A generator with `body`, which does not begin before the first [`next`](AsyncGenerator::next).
    #[track_caller]
    pub fn new(body: impl AsyncFnOnce(Yielder<Y>) -> Result<()> + 'static) -> Self {
        Self::with_asend(body)
    }
}

impl<Y: 'static, S: 'static> AsyncGenerator<Y, S> {
    /// As [`new`](AsyncGenerator::new), for a body that takes values from [`asend`](AsyncGenerator::asend).
    ///
    /// ```
    /// use asyncio_tasks::{AsyncGenerator, run};
    ///
    /// run(async {
    ///     let sums = AsyncGenerator::with_asend(async |y| {
    ///         let mut sum = 0;
    ///         while let Some(number) = y.emit(sum).await? {
    ///             sum += number;
    ///         }
    ///         Ok(())
    ///     });
    ///     assert_eq!(sums.next().await.unwrap()?, 0);
    ///     assert_eq!(sums.asend(2).await.unwrap()?, 2);
    ///     assert_eq!(sums.asend(3).await.unwrap()?, 5);
    ///     assert!(sums.next().await.is_none());
    ///     Ok(())
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn with_asend(body: impl AsyncFnOnce(Yielder<Y, S>) -> Result<()> + 'static) -> Self {
        let location = Location::caller();
        AsyncGenerator(Rc::new_cyclic(|state| {
            let yielder = Yielder(state.clone());
            State::new(Box::pin(async move { body(yielder).await }), location)
        }))
    }

    /// The next value, an error of the body, or `None` at the end: `anext(generator)`, `async for`.
    ///
    /// # Cancel safety
    ///
    /// If the task is cancelled, the body sees it at the await where it stands. Dropped, it loses nothing: the body stays at
    /// its await, and the next call goes on there.
    ///
    /// # Errors
    ///
    /// What the body returns; `RuntimeError` while another call is under way.
    pub async fn next(&self) -> Option<Result<Y>> {
        self.call("anext", Resume::Next).await
    }

    /// As [`next`](AsyncGenerator::next), and in the body `emit` returns `value`: `generator.asend(value)`.
    ///
    /// # Cancel safety
    ///
    /// As [`next`](AsyncGenerator::next).
    ///
    /// # Errors
    ///
    /// As [`next`](AsyncGenerator::next); `TypeError` before the first `next`; `RuntimeError` if a call that was dropped
    /// has left the body at an await.
    pub async fn asend(&self, value: S) -> Option<Result<Y>> {
        self.call("asend", Resume::Send(value)).await
    }

    /// As [`next`](AsyncGenerator::next), and in the body `emit` fails with `error`: `generator.athrow(error)`. If the
    /// body has not begun, it never does.
    ///
    /// # Cancel safety
    ///
    /// As [`next`](AsyncGenerator::next).
    ///
    /// # Errors
    ///
    /// As [`next`](AsyncGenerator::next); `RuntimeError` if a call that was dropped has left the body at an await.
    pub async fn athrow(&self, error: impl Into<Error>) -> Option<Result<Y>> {
        self.call("athrow", Resume::Throw(error.into())).await
    }

    /// Ends the generator: in the body `emit` fails with a [`GeneratorExit`], so that it cleans up: `generator.aclose()`.
    ///
    /// Does nothing when the generator has ended. A body that has not begun is dropped, and so is one that a dropped call
    /// has left at an await.
    ///
    /// # Cancel safety
    ///
    /// As [`next`](AsyncGenerator::next).
    ///
    /// # Errors
    ///
    /// What the body returns, but for the `GeneratorExit`; `RuntimeError` if it emits another value, and while another
    /// call is under way.
    pub async fn aclose(&self) -> Result<()> {
        self.0.close(GeneratorExit.into()).await
    }

    async fn call(&self, what: &str, resume: Resume<S>) -> Option<Result<Y>> {
        let admitted = self.0.begin_call(what, resume);
        let (_call, resume) = match admitted {
            Ok(admitted) => admitted,
            Err(error) => return Some(Err(error)),
        };
        let mut resume = Some(resume);
        poll_fn(|cx| self.0.poll(resume.take(), cx)).await
    }
}

impl<Y: 'static, S: 'static> Stream for AsyncGenerator<Y, S> {
    type Item = Result<Y>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Y>>> {
        match self.0.begin_call("anext", Resume::Next) {
            Ok((_call, resume)) => self.0.poll(Some(resume), cx),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

impl<Y: 'static, S: 'static> Drop for AsyncGenerator<Y, S> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// `<AsyncGenerator created at ...>`
impl<Y: 'static, S: 'static> fmt::Debug for AsyncGenerator<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// With what the body of an [`AsyncGenerator`] emits its values.
pub struct Yielder<Y: 'static, S: 'static = ()>(Weak<State<Y, S>>);

impl<Y: 'static, S: 'static> Yielder<Y, S> {
    /// Gives `value` to whoever asked for the next one, and waits until they ask again: `yield value`. Returns what
    /// they [sent](AsyncGenerator::asend); `None` if it was [`next`](AsyncGenerator::next).
    ///
    /// The body itself has to await it: not another task, nor through something that polls it only when it is woken.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it takes the value back, unless somebody has it already.
    ///
    /// # Errors
    ///
    /// [`GeneratorExit`] when the generator is closed; what was [thrown](AsyncGenerator::athrow); `RuntimeError` outside
    /// of the body, and while another `emit` is under way.
    pub async fn emit(&self, value: Y) -> Result<Option<S>> {
        let emitting = Emitting::begin(&self.0, value)?;
        poll_fn(|_| emitting.poll()).await
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for Yielder<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Yielder>")
    }
}

/// One `emit`. The body owns it, so it must not own the generator.
struct Emitting<'a, Y: 'static, S: 'static>(&'a Weak<State<Y, S>>);

impl<'a, Y: 'static, S: 'static> Emitting<'a, Y, S> {
    fn begin(state: &'a Weak<State<Y, S>>, value: Y) -> Result<Self, RuntimeError> {
        let Some(generator) = state.upgrade().filter(|state| state.is_running()) else {
            return Err(RuntimeError::with_message(
                "emit() outside of its asynchronous generator",
            ));
        };
        if !generator.put(value) {
            return Err(RuntimeError::with_message(
                "emit() while another one of the asynchronous generator is under way",
            ));
        }
        Ok(Emitting(state))
    }

    fn poll(&self) -> Poll<Result<Option<S>>> {
        let generator = self.0.upgrade();
        match generator.and_then(|generator| generator.take_resume()) {
            None => Poll::Pending,
            Some(Resume::Next) => Poll::Ready(Ok(None)),
            Some(Resume::Send(value)) => Poll::Ready(Ok(Some(value))),
            Some(Resume::Throw(error)) => Poll::Ready(Err(error)),
        }
    }
}

impl<Y: 'static, S: 'static> Drop for Emitting<'_, Y, S> {
    fn drop(&mut self) {
        if let Some(generator) = self.0.upgrade() {
            generator.end_emit();
        }
    }
}

/// What `emit` fails with in a generator that is being closed: Python's builtin `GeneratorExit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeneratorExit;

impl fmt::Display for GeneratorExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the asynchronous generator is closed")
    }
}

impl std::error::Error for GeneratorExit {}
