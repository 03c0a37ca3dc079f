//! The driver of a task's coroutine: one poll is one step. Mirrors `Task.__step`.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio_executor::{Error, PanicError, Result, enter_task};
use pin_project_lite::pin_project;

use super::{Progress, TaskPart};
use crate::state::{AnyFuture, State, cancelled};
use crate::suspension::{STEP, WaitsOn};

pin_project! {
    /// A coroutine with the state of its task, as the loop polls it.
    pub(super) struct Coroutine<C, T: 'static> {
        // `None` once the coroutine has ended.
        #[pin]
        coro: Option<C>,
        state: Rc<State<TaskPart, T>>,
    }

    impl<C, T> PinnedDrop for Coroutine<C, T> {
        /// The loop was closed. A panic of a destructor must not reach async-task, which would abort.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.coro.is_some() {
                let state = this.state.clone();
                in_step(&state, || drop_coroutine(this.coro.as_mut()));
            }
        }
    }
}

impl<C, T: 'static> Coroutine<C, T> {
    pub(super) fn new(coro: C, state: Rc<State<TaskPart, T>>) -> Self {
        Coroutine {
            coro: Some(coro),
            state,
        }
    }
}

impl<C, T> Future for Coroutine<C, T>
where
    C: Future<Output = Result<T>>,
    T: 'static,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let state = &**this.state;
        let part = &state.head.kind;
        let had_request = part.must_cancel.get();
        let is_new = part.progress.replace(Progress::Running) == Progress::New;
        part.wait_on_nothing();
        note_step(this.state);

        let outer = STEP.replace(WaitsOn::Nothing);
        let outcome = in_step(this.state, || {
            if is_new && had_request {
                // TASK-05: cancelled before the first step, the body never runs.
                drop_coroutine(this.coro.as_mut());
                return Some(Err(Ended::Unstarted));
            }
            let Some(coro) = this.coro.as_mut().as_pin_mut() else {
                unreachable!("a finished coroutine is not polled")
            };
            match catch_unwind(AssertUnwindSafe(|| coro.poll(cx))) {
                Ok(Poll::Ready(result)) => {
                    drop_coroutine(this.coro.as_mut());
                    Some(Ok(result))
                }
                Ok(Poll::Pending)
                    if part.must_cancel.get() && !part.deliver_request(STEP.get(), had_request) =>
                {
                    drop_coroutine(this.coro.as_mut());
                    Some(Err(Ended::Dropped))
                }
                Ok(Poll::Pending) => None,
                Err(payload) => {
                    drop_coroutine(this.coro.as_mut());
                    Some(Ok(Err(PanicError::from_payload(&*payload).into())))
                }
            }
        });

        let waits_on = STEP.replace(outer);
        let Some(outcome) = outcome else {
            part.progress.set(Progress::Suspended(waits_on));
            return Poll::Pending;
        };
        finish(this.state, outcome);
        Poll::Ready(())
    }
}

/// How a coroutine ends without returning.
enum Ended {
    /// Cancelled before its first step.
    Unstarted,
    /// Cancelled in a foreign future, and dropped there.
    Dropped,
}

/// Runs `f` as (part of) a step of the task: in its context, and as the current task.
#[inline]
fn in_step<T: 'static, R>(state: &Rc<State<TaskPart, T>>, f: impl FnOnce() -> R) -> R {
    enter_task(state.clone(), f)
}

/// Drops the coroutine where it stands; a panic of a destructor is reported.
fn drop_coroutine<C>(mut coro: Pin<&mut Option<C>>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| coro.set(None))) {
        let error = Error::from(PanicError::from_payload(&*payload));
        let report =
            asyncio_executor::ExceptionContext::new("Exception while a coroutine was dropped")
                .with_exception(error);
        super::with_current(|task| {
            if let Some(task) = task {
                task.core
                    .event_loop()
                    .clone()
                    .call_exception_handler(&report);
            }
        });
    }
}

/// The end of `__step_run_and_handle_result`: the coroutine's outcome becomes the task's.
fn finish<T: 'static>(state: &Rc<State<TaskPart, T>>, outcome: Result<Result<T>, Ended>) {
    let part = &state.head.kind;
    let event_loop = state.core().event_loop();
    part.wait_on_nothing();
    drop(part.waker.take());
    if let Some(key) = part.key.take() {
        event_loop.forget_task(key);
    }
    let requested = part.withdraw_request();
    match outcome {
        Err(Ended::Unstarted | Ended::Dropped) => state.finish_cancelled(request_error(part)),
        // TASK-10: cancelled itself and returned without another await.
        Ok(Ok(_)) if requested => state.finish_cancelled(request_error(part)),
        Ok(Ok(value)) => state.finish(Ok(value)),
        Ok(Err(error)) if error.is_cancelled() => state.finish_cancelled(error),
        Ok(Err(error)) => {
            if error.is_base_exception() {
                event_loop.raise(error.clone());
            }
            state.finish(Err(error));
        }
    }
}

fn request_error(part: &TaskPart) -> Error {
    cancelled(part.take_cancel_msg())
}

/// Debug mode reports slow steps by the name of their task.
fn note_step<T: 'static>(state: &Rc<State<TaskPart, T>>) {
    let event_loop = state.core().event_loop();
    if event_loop.get_debug() {
        let state: &dyn AnyFuture = &**state;
        event_loop.note_step(format!("{state:?}"));
    }
}
