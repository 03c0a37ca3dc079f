//! [`Group`]: the tasks of a group, and what becomes of them when one fails.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use asyncio_executor::{Error, Result};

use super::limit::{Claim, Limit, Turn};
use crate::callbacks::{Awaiter, OnDone};
use crate::cancel_scopes::Node;
use crate::futures::Future;
use crate::state::{AnyFuture, Phase as FuturePhase};
use crate::tasks::Scope;

/// What the handles of a group share.
pub(super) struct Group {
    pub(super) phase: Cell<Phase>,
    pub(super) abort: Cell<Abort>,
    /// The body, and the wait for the tasks. Set on entry.
    pub(super) scope: OnceCell<Scope>,
    /// The cancel scope in which the group was entered. The tasks are inside of it, too.
    pub(super) cancel_scope: OnceCell<Rc<Node>>,
    /// How many tasks run at once.
    pub(super) limit: Option<Rc<Limit>>,
    /// The tasks that are not done, in the order of their creation.
    pub(super) tasks: RefCell<BTreeMap<u64, Rc<dyn AnyFuture>>>,
    pub(super) created: Cell<u64>,
    /// The tasks that have failed, in that order. They keep their errors, which are reported if the group is dropped.
    pub(super) failed: RefCell<Vec<Rc<dyn AnyFuture>>>,
    /// A `KeyboardInterrupt` or `SystemExit`: the first one.
    pub(super) base_error: RefCell<Option<Error>>,
    /// What the group waits on for its tasks.
    pub(super) completed: RefCell<Option<Future<()>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not entered yet.
    Created,
    /// To be cancelled on entry.
    CancelledEarly,
    /// The body runs.
    Entered,
    /// The body has ended, the tasks perhaps not.
    Exiting,
    /// Left, or dropped.
    Left,
}

/// Whether the group is coming to an early end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Abort {
    /// It is not.
    No,
    /// The tasks are cancelled.
    Tasks,
    /// The tasks are cancelled and the group's own task, by the group (`_parent_cancel_requested`).
    TasksAndParent,
}

impl Group {
    /// The right to run a task, if not everyone has it.
    pub(super) fn turn(&self) -> Option<Turn> {
        self.limit.as_ref().map(Limit::turn)
    }

    /// Cancels the tasks, once.
    pub(super) fn abort(&self) {
        if self.abort.get() != Abort::No {
            return;
        }
        self.abort.set(Abort::Tasks);
        let tasks: Vec<_> = self.tasks.borrow().values().cloned().collect();
        for task in tasks.into_iter().filter(|task| !task.core().done()) {
            self.cancel_task(task);
        }
    }

    pub(super) fn cancel_task(&self, task: Rc<dyn AnyFuture>) {
        let scope = self.cancel_scope.get();
        // A scope that is cancelled cancels it as it does this group; and the task may have a shield.
        if !scope.is_some_and(|scope| scope.cancelled()) {
            task.cancel(None);
        }
    }

    /// Cancels the tasks, and what the group's own task does in the group, once.
    pub(super) fn abort_with_parent(&self) {
        if self.abort.get() != Abort::No {
            return;
        }
        self.abort();
        self.abort.set(Abort::TasksAndParent);
        if let Some(scope) = self.scope.get() {
            scope.cancel();
        }
    }

    /// Python's `_on_task_done`.
    pub(super) fn task_done(&self, number: u64, task: Rc<dyn AnyFuture>) {
        let removed = self.tasks.borrow_mut().remove(&number);
        drop(removed);
        if self.tasks.borrow().is_empty() {
            self.complete();
        }
        let cancelled = task.core().phase() == FuturePhase::Cancelled;
        let error = task.outcome_error().filter(|_| !cancelled);
        let (Some(error), true) = (error, self.phase.get() != Phase::Left) else {
            return;
        };
        if error.is_base_exception() {
            self.note_base_error(&error);
        }
        self.failed.borrow_mut().push(task);
        self.abort_with_parent();
    }

    pub(super) fn complete(&self) {
        let completed = self.completed.borrow().clone();
        if let Some(completed) = completed.filter(|completed| !completed.done()) {
            completed.state.finish(Ok(()));
        }
    }

    pub(super) fn note_base_error(&self, error: &Error) {
        let mut first = self.base_error.borrow_mut();
        if first.is_none() {
            *first = Some(error.clone());
        }
    }

    /// The errors of the tasks, which count as retrieved from now on.
    pub(super) fn take_errors(&self) -> Vec<Error> {
        let failed = self.failed.take();
        let errors = failed.iter().filter_map(|task| {
            task.mark_retrieved();
            task.outcome_error()
        });
        errors.collect()
    }
}

/// The done callback of a task. It refers to the group weakly, or a task that never ends would keep the group, and the
/// group the task.
pub(super) struct TaskDone {
    pub(super) group: Weak<Group>,
    pub(super) number: u64,
    /// Given back after the call: the failure of a task cancels those in the queue before one of them gets its place.
    pub(super) _claim: Option<Rc<Claim>>,
}

impl OnDone for TaskDone {
    fn call(&self, task: Rc<dyn AnyFuture>) -> Result<()> {
        if let Some(group) = self.group.upgrade() {
            group.task_done(self.number, task);
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        let group = self.group.upgrade();
        let scope = group.as_ref().and_then(|group| group.scope.get());
        if let Some(parent) = scope.and_then(Scope::task) {
            visit(Awaiter::Future(parent));
        }
    }

    fn name(&self) -> &'static str {
        "TaskGroup"
    }
}
