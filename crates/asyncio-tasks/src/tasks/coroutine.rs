//! The driver of a task's coroutine: one poll is one step. Mirrors `Task.__step`.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Awake, Error, Result, Step, caught, raise};
use pin_project_lite::pin_project;

use super::{Awaits, Progress, TaskPart};
use crate::state::{AnyFuture, State, cancelled};
use crate::suspension::{AWAITS, IN_STEP, STEP, WaitsOn, replace_awaited};

pin_project! {
    /// A coroutine with its task, as the loop polls it.
    pub(super) struct Coroutine<C, T: 'static> {
        // `None` once the coroutine has ended.
        #[pin]
        coro: Option<C>,
        // Likewise.
        task: Option<Rc<State<TaskPart, T>>>,
    }

    impl<C, T> PinnedDrop for Coroutine<C, T> {
        /// The loop was closed. A panic of a destructor must not reach async-task, which would abort.
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.task.is_some() {
                abandon(this.coro, this.task);
            }
        }
    }
}

impl<C, T: 'static> Coroutine<C, T> {
    pub(super) fn new(coro: C, state: Rc<State<TaskPart, T>>) -> Self {
        Coroutine {
            coro: Some(coro),
            task: Some(state),
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
        let Some(state) = this.task else {
            unreachable!("a finished coroutine is not polled")
        };
        let event_loop = state.core().event_loop();
        let observed = event_loop.observe(|| Step::Task(state.clone()));
        let poll = {
            let _in_step = InStep::begin();
            let _awake = Awake::new(state.clone());
            let stepped = catch_unwind(AssertUnwindSafe(|| step(this.coro.as_mut(), state, cx)));
            stepped.unwrap_or_else(|payload| {
                panicked(this.coro, state, Error::from_panic(payload));
                Poll::Ready(())
            })
        };
        if let Some(observed) = observed {
            drop(observed);
        }
        if poll.is_ready() {
            let_go(this.task);
        }
        poll
    }
}

/// The time of a step, in which awaits say what they wait on.
struct InStep {
    /// Whether it is inside of another one.
    is_inner: bool,
}

impl InStep {
    #[inline]
    fn begin() -> Self {
        STEP.set(WaitsOn::Nothing);
        let is_inner = IN_STEP.replace(true);
        InStep { is_inner }
    }
}

impl Drop for InStep {
    #[inline]
    fn drop(&mut self) {
        IN_STEP.set(self.is_inner);
    }
}

fn step<C, T>(
    mut coro: Pin<&mut Option<C>>,
    state: &Rc<State<TaskPart, T>>,
    cx: &mut Context<'_>,
) -> Poll<()>
where
    C: Future<Output = Result<T>>,
    T: 'static,
{
    let part = &state.head.kind;
    let had_request = part.must_cancel.get();
    let progress = part.progress.replace(Progress::Running);
    let is_new = progress == Progress::New;
    part.wait_on_nothing();
    if is_new && had_request {
        // TASK-05: cancelled before the first step, the body never runs.
        drop_coroutine(coro);
        finish_cancelled(state);
        return Poll::Ready(());
    }
    let Some(running) = coro.as_mut().as_pin_mut() else {
        unreachable!("a finished coroutine is not polled")
    };
    let Poll::Ready(result) = running.poll(cx) else {
        return suspended(coro, state, cx, had_request);
    };
    drop_coroutine(coro);
    finish(state, result);
    Poll::Ready(())
}

/// The end of a step that has panicked: in the coroutine, or in the destructor of a result that nobody wants.
#[cold]
fn panicked<C, T: 'static>(
    coro: Pin<&mut Option<C>>,
    state: &Rc<State<TaskPart, T>>,
    error: Error,
) {
    drop_coroutine(coro);
    if state.core().done() {
        report_dropped(error);
    } else {
        finish(state, Err(error));
    }
}

/// The end of a step at an await point.
#[inline]
fn suspended<C, T: 'static>(
    coro: Pin<&mut Option<C>>,
    state: &Rc<State<TaskPart, T>>,
    cx: &Context<'_>,
    had_request: bool,
) -> Poll<()> {
    let part = &state.head.kind;
    part.keep_waker(cx.waker());
    let waits_on = STEP.get();
    part.wait_on(AWAITS.get(), waits_on, replace_awaited(None));
    if part.must_cancel.get() && !part.deliver_request(waits_on, had_request) {
        drop_coroutine(coro);
        finish_cancelled(state);
        return Poll::Ready(());
    }
    part.progress.set(Progress::Suspended(waits_on));
    Poll::Pending
}

/// The end of `__step_run_and_handle_result`: the coroutine's result becomes the task's.
fn finish<T: 'static>(state: &Rc<State<TaskPart, T>>, result: Result<T>) {
    match result {
        // TASK-10: cancelled itself and returned without another await.
        Ok(_) if state.head.kind.must_cancel.get() => finish_cancelled(state),
        Ok(value) => {
            end(state);
            state.finish(Ok(value));
        }
        Err(error) if error.is_cancelled() => {
            end(state);
            state.finish_cancelled(error);
        }
        Err(error) => {
            if error.is_base_exception() {
                state.core().event_loop().raise(error.clone());
            }
            end(state);
            state.finish(Err(error));
        }
    }
}

/// The task ends as its own request to cancel says.
#[cold]
fn finish_cancelled<T: 'static>(state: &Rc<State<TaskPart, T>>) {
    end(state);
    state.finish_cancelled(cancelled(state.head.kind.take_cancel_msg()));
}

/// The coroutine has ended: the task lets go of what it needed for it.
#[inline]
fn end<T: 'static>(state: &Rc<State<TaskPart, T>>) {
    let part = &state.head.kind;
    part.withdraw_request();
    if let Some(awaited) = replace_awaited(None) {
        ignoring(|| drop(awaited));
    }
    if let Awaits::Future(awaited) = part.awaits.replace(Awaits::NOTHING) {
        ignoring(|| drop(awaited));
    }
    if let Some(place) = part.with_rare(|rare| rare.as_mut()?.in_line.take()) {
        ignoring(|| drop(place));
    }
    drop(part.waker.take());
    if let Some(key) = part.key.take() {
        state.core().event_loop().forget_task(key);
    }
}

/// Drops a coroutine that has not ended.
#[cold]
fn abandon<C, T: 'static>(coro: Pin<&mut Option<C>>, task: &mut Option<Rc<State<TaskPart, T>>>) {
    let Some(state) = task else {
        return;
    };
    let awake = Awake::new(state.clone());
    state.head.kind.wait_on_nothing();
    drop_coroutine(coro);
    drop(awake);
    let_go(task);
}

/// Drops the coroutine where it stands; a panic of a destructor is reported.
fn drop_coroutine<C>(mut coro: Pin<&mut Option<C>>) {
    ignoring(|| coro.set(None));
}

/// Drops the coroutine's handle to its task, and the task with it if that was the last one.
#[inline]
fn let_go<T: 'static>(task: &mut Option<Rc<State<TaskPart, T>>>) {
    let task = task.take();
    if task.as_ref().is_some_and(|task| Rc::strong_count(task) > 1) {
        drop(task); // and nothing else
    } else {
        ignoring(|| drop(task));
    }
}

/// Runs `f`, which drops values of the program; a panic is reported to the current task's loop.
#[inline]
fn ignoring(f: impl FnOnce()) {
    let dropped = caught(|| {
        f();
        Ok(())
    });
    if let Err(error) = dropped {
        report_dropped(error);
    }
}

#[cold]
fn report_dropped(error: Error) {
    const MESSAGE: &str = "Exception while a coroutine was dropped";
    let own = super::with_current(|task| task.map(|task| task.core.event_loop().clone()));
    let again = || raise(error);
    match own {
        Some(event_loop) => event_loop.ignoring(MESSAGE, again),
        None => asyncio_executor::ignoring(MESSAGE, again),
    }
}
