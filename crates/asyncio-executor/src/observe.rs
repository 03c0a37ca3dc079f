//! Who watches a loop's steps: [`StepObserver`]. Debug mode's report of slow ones, the watchdog and inspection are
//! observers.
//!
//! Without an observer a step or a callback costs one look at a flag, and nothing is measured.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::base_events::{EventLoop, LoopTask};
use crate::events::Handle;
use crate::log;
use crate::threadsafe_handle::ThreadsafeHandle;

/// Is told of every step of a task and every callback that a loop runs, on the loop's thread.
///
/// Steps nest: one that starts a task eagerly is not over while that task takes its first step. Neither method may run
/// code of the program.
pub trait StepObserver {
    /// A step begins, at `now` in seconds of the loop's clock.
    fn begins(&self, event_loop: &EventLoop, step: &Step, now: f64);

    /// The step that began last is over, after `took` seconds.
    fn ends(&self, event_loop: &EventLoop, step: &Step, took: f64);
}

/// What a loop runs at a time.
pub enum Step {
    /// One step of a task.
    Task(Rc<dyn LoopTask>),
    /// A callback of the loop's own thread, a timer's and a descriptor's included.
    Callback(Handle),
    /// A callback from another thread.
    Threadsafe(ThreadsafeHandle),
}

/// As reports call it: `<Task pending name="Task-1" created at ...>` or `<Handle created at ...>`.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Task(task) => task.fmt(f),
            Step::Callback(handle) => handle.fmt(f),
            Step::Threadsafe(handle) => handle.fmt(f),
        }
    }
}

/// A step that is observed, from its beginning until this is dropped. Boxed, so that not to observe costs next to nothing.
pub struct ObservedStep(Box<Observed>);

struct Observed {
    event_loop: EventLoop,
    step: Step,
    began: f64,
    /// Those who were told of the beginning.
    observers: Rc<[Rc<dyn StepObserver>]>,
}

impl ObservedStep {
    #[cold]
    pub(crate) fn begin(event_loop: &EventLoop, step: Step) -> Self {
        let began = event_loop.time();
        let observers = event_loop.observers().list.borrow().clone();
        for observer in &*observers {
            observer.begins(event_loop, &step, began);
        }
        ObservedStep(Box::new(Observed {
            event_loop: event_loop.clone(),
            step,
            began,
            observers,
        }))
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let took = self.event_loop.time() - self.began;
        for observer in &*self.observers {
            observer.ends(&self.event_loop, &self.step, took);
        }
    }
}

impl fmt::Debug for ObservedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObservedStep").field(&self.0.step).finish()
    }
}

/// The observers of one loop.
#[derive(Default)]
pub(crate) struct Observers {
    /// Whether there are any.
    pub(crate) any: Cell<bool>,
    pub(crate) list: RefCell<Rc<[Rc<dyn StepObserver>]>>,
}

impl Observers {
    pub(crate) fn set(&self, list: Rc<[Rc<dyn StepObserver>]>) {
        self.any.set(!list.is_empty());
        let old = self.list.replace(list);
        drop(old);
    }

    /// The loop is closed: nobody observes any more.
    pub(crate) fn clear(&self) {
        self.set(Rc::default());
    }
}

/// Debug mode: logs the steps that take long (LOOP-33).
#[derive(Default)]
pub(crate) struct SlowSteps {
    /// How many steps are going on, one inside of the other. Only the outermost is reported, as in CPython.
    depth: Cell<usize>,
}

impl StepObserver for SlowSteps {
    fn begins(&self, _event_loop: &EventLoop, _step: &Step, _now: f64) {
        self.depth.set(self.depth.get() + 1);
    }

    fn ends(&self, event_loop: &EventLoop, step: &Step, took: f64) {
        self.depth.set(self.depth.get() - 1);
        if self.depth.get() == 0 && took >= event_loop.slow_callback_duration() {
            let took = log::fixed(took, 3);
            log::warning(format_args!("Executing {step:?} took {took} seconds"));
        }
    }
}
