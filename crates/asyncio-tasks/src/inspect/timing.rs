//! [`Timing`]: how many steps tasks have made, and how long those took. Only kept while a loop can be inspected.

use std::cell::RefCell;

use asyncio_executor::{EventLoop, Step, StepObserver};

use crate::by_address::ByAddress;
use crate::tasks::any_task;

/// What was observed of the unfinished tasks of a loop.
#[derive(Default)]
pub(super) struct Timing {
    /// By the tasks' ids.
    tasks: RefCell<ByAddress<Steps>>,
    /// When the steps that are going on began, one inside of the other.
    began: RefCell<Vec<f64>>,
}

/// What was observed of one task. Times are in seconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) count: u64,
    pub(super) longest: f64,
    /// When the last one ended.
    pub(super) ended: f64,
}

impl Timing {
    pub(super) fn of(&self, task: usize) -> Option<Steps> {
        self.tasks.borrow().get(&task).copied()
    }
}

impl StepObserver for Timing {
    fn begins(&self, _event_loop: &EventLoop, _step: &Step, now: f64) {
        self.began.borrow_mut().push(now);
    }

    fn ends(&self, _event_loop: &EventLoop, step: &Step, took: f64) {
        let began = self.began.borrow_mut().pop();
        let Step::Task(task) = step else {
            return;
        };
        let Some(task) = any_task(task.clone()) else {
            return;
        };
        let id = task.future().id();
        if task.done() {
            self.tasks.borrow_mut().remove(&id);
            return;
        }
        let mut tasks = self.tasks.borrow_mut();
        let steps = tasks.entry(id).or_default();
        steps.count += 1;
        steps.longest = steps.longest.max(took);
        // One that began before anybody looked has no beginning.
        steps.ended = began.unwrap_or_default() + took;
    }
}
