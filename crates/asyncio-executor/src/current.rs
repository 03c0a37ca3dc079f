//! What goes on in a thread: which loop runs, and which step or callback it is in.
//!
//! Mirrors the thread-local state of `asyncio.events` and the current context of `contextvars`. One thread-local
//! holds both, because every step of every task goes through it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::contextvars::ContextCell;
use crate::events::Handle;
use crate::exceptions::RuntimeError;
use crate::sync::thread_local;

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
pub(crate) struct Current {
    /// The task whose step is innermost.
    task: Option<Rc<dyn RunningTask>>,
    /// What is innermost if that is no step, or else what the step is inside of, if it is an eager one.
    other: Other,
}

/// What else than a step may run.
#[derive(Clone, Default)]
pub(crate) enum Other {
    #[default]
    Nothing,
    /// A callback.
    Callback(Handle),
    /// A closure in a context of its own, outside of everything: a callback from another thread.
    Alone(ContextCell),
    /// A closure in a context that was entered by hand, inside of something.
    Entered(Rc<Entered>),
}

/// A context that was entered by hand, and where.
pub(crate) struct Entered {
    cell: ContextCell,
    outer: Current,
}

impl Current {
    #[inline]
    pub(crate) fn context_cell(&self) -> Option<&ContextCell> {
        match &self.task {
            Some(task) => Some(task.context_cell()),
            None => self.other.context_cell(),
        }
    }

    /// The current task; in a context that it entered by hand it still is.
    #[inline]
    fn task(&self) -> Option<&Rc<dyn RunningTask>> {
        self.task.as_ref().or_else(|| self.other.task())
    }

    /// Whether `f` holds for the context here or around.
    pub(crate) fn any_context(&self, f: impl Fn(&ContextCell) -> bool) -> bool {
        let here = self.context_cell().is_some_and(&f);
        here || match (&self.task, &self.other) {
            (None, Other::Entered(entered)) => entered.outer.any_context(f),
            _ => false,
        }
    }

    fn is_nothing(&self) -> bool {
        self.task.is_none() && matches!(self.other, Other::Nothing)
    }
}

impl Other {
    fn context_cell(&self) -> Option<&ContextCell> {
        match self {
            Other::Nothing => None,
            Other::Callback(handle) => Some(handle.context_cell()),
            Other::Alone(cell) => Some(cell),
            Other::Entered(entered) => Some(&entered.cell),
        }
    }

    fn task(&self) -> Option<&Rc<dyn RunningTask>> {
        match self {
            Other::Entered(entered) => entered.outer.task(),
            _ => None,
        }
    }
}

/// Runs `f` in the context of `cell`.
#[inline]
pub(crate) fn enter_context<R>(cell: ContextCell, f: impl FnOnce() -> R) -> R {
    match Alone::enter(cell) {
        Ok(_alone) => f(),
        Err(cell) => {
            let outer = with_current(Current::clone);
            enter(Other::Entered(Rc::new(Entered { cell, outer })), f)
        }
    }
}

/// The time in which nothing runs but a closure in a context of its own.
struct Alone;

impl Alone {
    /// Gives the cell back if something runs already.
    #[inline]
    fn enter(cell: ContextCell) -> Result<Self, ContextCell> {
        THREAD.with(|thread| {
            let mut current = thread.current.borrow_mut();
            if !current.is_nothing() {
                return Err(cell);
            }
            current.other = Other::Alone(cell);
            Ok(Alone)
        })
    }
}

impl Drop for Alone {
    #[inline]
    fn drop(&mut self) {
        let left = THREAD.with(|thread| std::mem::take(&mut thread.current.borrow_mut().other));
        drop(left);
    }
}

/// A task in a step, or in a part of one: until this is dropped, the task is the current one, and what runs is in its context.
#[must_use = "the step ends when this is dropped"]
pub struct Awake(
    /// The task that was current before.
    Option<Rc<dyn RunningTask>>,
);

impl Awake {
    /// `task` begins its step.
    #[inline]
    pub fn new(task: Rc<dyn RunningTask>) -> Self {
        let mut awake = Awake(Some(task));
        awake.switch();
        awake
    }

    #[inline]
    fn switch(&mut self) {
        THREAD.with(|thread| std::mem::swap(&mut thread.current.borrow_mut().task, &mut self.0));
    }
}

impl Drop for Awake {
    #[inline]
    fn drop(&mut self) {
        self.switch();
    }
}

impl fmt::Debug for Awake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Awake>")
    }
}

/// Runs `f` with `other` as what runs.
#[inline]
pub(crate) fn enter<R>(other: Other, f: impl FnOnce() -> R) -> R {
    struct Leave(Current);
    impl Drop for Leave {
        #[inline]
        fn drop(&mut self) {
            // What is left is dropped with this, when nothing is borrowed.
            THREAD.with(|thread| std::mem::swap(&mut *thread.current.borrow_mut(), &mut self.0));
        }
    }
    let current = Current { task: None, other };
    let _leave = Leave(THREAD.with(|thread| thread.current.replace(current)));
    f()
}

/// The current task.
pub fn current_task() -> Option<Rc<dyn RunningTask>> {
    with_current(|current| current.task().cloned())
}

/// Calls `f` with the part of the current task that its crate looks at. `f` must not run code of the program.
#[inline]
pub fn with_current_task<R>(f: impl FnOnce(Option<&dyn Any>) -> R) -> R {
    with_current(|current| f(current.task().map(|task| task.head())))
}

/// Calls `f` with what runs in this thread. `f` must not run code of the program.
#[inline]
pub(crate) fn with_current<R>(f: impl FnOnce(&Current) -> R) -> R {
    THREAD.with(|thread| f(&thread.current.borrow()))
}

/// Calls `f` with the running loop, without a clone of it.
#[inline]
pub(crate) fn with_running_loop<R>(f: impl FnOnce(Option<&EventLoop>) -> R) -> R {
    THREAD.with(|thread| f(thread.event_loop.borrow().as_ref()))
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
    /// Guards empty it, so there is nothing to drop when the thread ends; and what needs no drop is found without a
    /// check, and to the very end of the thread.
    static THREAD: ManuallyDrop<Thread> = const {
        ManuallyDrop::new(Thread {
            event_loop: RefCell::new(None),
            current: RefCell::new(Current {
                task: None,
                other: Other::Nothing,
            }),
        })
    };
}
