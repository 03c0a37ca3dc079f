//! Cancellation: what a task does with a request, and how the request reaches the await point.
//!
//! Mirrors `Task.cancel`, `Task.uncancel` and the uses of `_must_cancel` in `asyncio.tasks`.

use std::rc::Rc;
use std::sync::Arc;

use asyncio_executor::CancelledError;

use super::{Progress, TaskPart};
use crate::state::AnyFuture;
use crate::suspension::WaitsOn;

/// Python's `Task.cancel`: forwards the request to what the task waits on, or notes it.
///
/// A chain of tasks that await each other is followed in a loop: it may be deeper than the stack.
pub(super) fn cancel(task: Rc<dyn AnyFuture>, msg: Option<Arc<str>>) -> bool {
    if task.core().done() {
        // Whoever cancels has lost interest in the exception as well.
        task.mark_retrieved();
        return false;
    }
    let mut future = task;
    loop {
        let part = future.as_task().expect("the loop follows tasks only");
        part.requests.set(part.requests.get() + 1);
        match part.awaited() {
            Some(next) if next.core().done() => {}
            Some(next) if next.as_task().is_some() => {
                future = next;
                continue;
            }
            Some(next) if next.clone().cancel(msg.clone()) => return true,
            _ => {}
        }
        part.note_request(msg);
        return true;
    }
}

impl TaskPart {
    pub(super) fn cancelling(&self) -> usize {
        self.requests.get()
    }

    pub(super) fn uncancel(&self) -> usize {
        let left = self.requests.get().saturating_sub(1);
        self.requests.set(left);
        if left == 0 {
            self.must_cancel.set(false);
        }
        left
    }

    /// The request is there for the next await point, and the next step will come.
    fn note_request(&self, msg: Option<Arc<str>>) {
        self.must_cancel.set(true);
        *self.cancel_msg.borrow_mut() = msg;
        if self.progress.get() == Progress::Suspended {
            self.wake();
        }
    }

    /// The await point's side: the request, if there is one, becomes its error.
    pub(crate) fn take_request(&self) -> Option<CancelledError> {
        self.must_cancel
            .replace(false)
            .then(|| CancelledError::with_msg(self.cancel_msg.take()))
    }

    #[inline]
    pub(crate) fn wait_on_nothing(&self) {
        if self.waits_on.replace(WaitsOn::Nothing) == WaitsOn::Future {
            let old = self.awaited.take();
            drop(old);
        }
    }

    #[inline]
    pub(crate) fn wait_on_primitive(&self) {
        self.wait_on_nothing();
        self.waits_on.set(WaitsOn::Primitive);
    }

    pub(crate) fn wait_on_future(&self, future: Rc<dyn AnyFuture>) {
        self.waits_on.set(WaitsOn::Future);
        let old = self.awaited.replace(Some(future));
        drop(old);
    }

    /// The await of `future` is over without a step: it was dropped.
    pub(crate) fn no_longer_waits_on(&self, future: &dyn AnyFuture) {
        if self
            .awaited()
            .is_some_and(|awaited| std::ptr::eq(awaited.core(), future.core()))
        {
            self.wait_on_nothing();
        }
    }

    fn awaited(&self) -> Option<Rc<dyn AnyFuture>> {
        self.awaited.borrow().clone()
    }

    /// At the end of a step that suspended, with a request that no await point has seen. False if the coroutine
    /// suspends in a foreign future that was given its chance: then only dropping it cancels it.
    pub(super) fn deliver_request(&self, had_its_chance: bool) -> bool {
        match (self.waits_on.get(), self.awaited()) {
            (WaitsOn::Future, Some(future)) => {
                let msg = self.cancel_msg.borrow().clone();
                if future.cancel(msg) {
                    self.must_cancel.set(false);
                }
            }
            (WaitsOn::Nothing, _) if had_its_chance => return false,
            _ => self.wake(),
        }
        true
    }
}
