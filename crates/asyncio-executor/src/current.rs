//! What goes on in a thread: which loop runs, and which step or callback it is in.
//!
//! Mirrors the thread-local state of `asyncio.events` and the current context of `contextvars`. One thread-local
//! holds both, because every step of every task goes through it.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::contextvars::ContextCell;
use crate::events::Handle;
use crate::exceptions::RuntimeError;

/// A task, as the current one.
pub trait RunningTask {
    /// The context in which it runs.
    fn context_cell(&self) -> &ContextCell;

    /// The part that the crate of the task looks at when the task is the current one.
    fn head(&self) -> &dyn Any;

    /// Puts the task's handle into `slot`, an `Option` of the handle's type.
    fn hand_over(self: Rc<Self>, slot: &mut dyn Any);
}

/// What runs in a thread.
#[derive(Clone, Default)]
pub(crate) enum Current {
    /// Neither a step nor a callback.
    #[default]
    Nothing,
    /// A step of a task.
    Task(Rc<dyn RunningTask>),
    /// A callback.
    Callback(Handle),
    /// A closure in a context that was entered by hand, perhaps inside of a step.
    Entered(Rc<ContextCell>, Option<Rc<dyn RunningTask>>),
}

impl Current {
    #[inline]
    fn task(&self) -> Option<&Rc<dyn RunningTask>> {
        match self {
            Current::Task(task) | Current::Entered(_, Some(task)) => Some(task),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn context_cell(&self) -> Option<&ContextCell> {
        match self {
            Current::Nothing => None,
            Current::Task(task) => Some(task.context_cell()),
            Current::Callback(handle) => Some(handle.context_cell()),
            Current::Entered(cell, _) => Some(cell),
        }
    }
}

/// Runs `f` in the context of `cell`, which has not been entered.
pub(crate) fn enter_context<R>(cell: ContextCell, f: impl FnOnce() -> R) -> R {
    cell.enter();
    let task = with_current(|current| current.task().cloned());
    enter(Current::Entered(Rc::new(cell), task), f)
}

/// The current task.
pub fn current_task() -> Option<Rc<dyn RunningTask>> {
    with_current(|current| current.task().cloned())
}

/// Runs `f` as (part of) a step of `task`: in its context, and with it as the current task.
#[inline]
pub fn enter_task<R>(task: Rc<dyn RunningTask>, f: impl FnOnce() -> R) -> R {
    task.context_cell().enter();
    enter(Current::Task(task), f)
}

/// Runs `f` with `current` as what runs. Its context has been entered.
#[inline]
pub(crate) fn enter<R>(current: Current, f: impl FnOnce() -> R) -> R {
    struct Leave(Current);
    impl Drop for Leave {
        #[inline]
        fn drop(&mut self) {
            let left = THREAD.with(|thread| thread.current.replace(std::mem::take(&mut self.0)));
            if let Some(cell) = left.context_cell() {
                cell.leave();
            }
        }
    }
    let _leave = Leave(THREAD.with(|thread| thread.current.replace(current)));
    f()
}

/// Calls `f` with the part of the current task that its crate looks at. `f` must not run code of the program.
#[inline]
pub fn with_current_task<R>(f: impl FnOnce(Option<&dyn Any>) -> R) -> R {
    with_current(|current| f(current.task().map(|task| task.head())))
}

/// Calls `f` with what runs in this thread. `f` must not run code of the program.
#[inline]
pub(crate) fn with_current<R>(f: impl FnOnce(&Current) -> R) -> R {
    with_thread(|thread| match thread {
        Some(thread) => f(&thread.current.borrow()),
        None => f(&Current::Nothing),
    })
}

/// Calls `f` with the running loop, without a clone of it.
#[inline]
pub(crate) fn with_running_loop<R>(f: impl FnOnce(Option<&EventLoop>) -> R) -> R {
    with_thread(|thread| match thread {
        Some(thread) => f(thread.event_loop.borrow().as_ref()),
        None => f(None),
    })
}

/// Marks `event_loop` as the running one until the guard is dropped.
pub(crate) fn enter_loop(event_loop: EventLoop) -> Result<LoopGuard, RuntimeError> {
    THREAD.with(|thread| {
        let mut running = thread.event_loop.borrow_mut();
        if running.is_some() {
            return Err(another_is_running());
        }
        *running = Some(event_loop);
        Ok(LoopGuard)
    })
}

pub(crate) fn another_is_running() -> RuntimeError {
    RuntimeError::with_message("Cannot run the event loop while another loop is running")
}

pub(crate) struct LoopGuard;

impl Drop for LoopGuard {
    fn drop(&mut self) {
        let left = THREAD.with(|thread| thread.event_loop.take());
        drop(left);
    }
}

struct Thread {
    event_loop: RefCell<Option<EventLoop>>,
    current: RefCell<Current>,
}

thread_local! {
    static THREAD: Thread =
        const { Thread { event_loop: RefCell::new(None), current: RefCell::new(Current::Nothing) } };
}

/// Calls `f` with the thread's state, or without it while the thread ends.
#[inline]
fn with_thread<R>(f: impl FnOnce(Option<&Thread>) -> R) -> R {
    let mut f = Some(f);
    let called = THREAD.try_with(|thread| f.take().map(|f| f(Some(thread))));
    match (called, f) {
        (Ok(Some(result)), _) => result,
        (_, Some(f)) => f(None),
        (_, None) => unreachable!("`f` is called where it is taken"),
    }
}
