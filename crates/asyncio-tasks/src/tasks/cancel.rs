//! Cancellation: what a task does with a request, and how the request reaches the await point.
//!
//! Mirrors `Task.cancel`, `Task.uncancel` and the uses of `_must_cancel` in `asyncio.tasks`.

use std::rc::Rc;
use std::sync::Arc;

use asyncio_executor::CancelledError;

use super::{Awaits, Progress, TaskPart};
use crate::state::AnyFuture;
use crate::suspension::{AwaitPoint, InLine, REQUESTS, WaitLine, WaitsOn};

/// Python's `Task.cancel`: forwards the request to what the task waits on, or notes it.
///
/// A chain of tasks that await each other is followed in a loop: it may be deeper than the stack. Tasks that await each
/// other in a circle never end by themselves; here one of them gets the request.
pub(super) fn cancel(task: Rc<dyn AnyFuture>, msg: Option<Arc<str>>) -> bool {
    if task.core().done() {
        // Whoever cancels has lost interest in the exception as well.
        task.mark_retrieved();
        return false;
    }
    let mut circle = Circle::new(&task);
    let mut future = task;
    loop {
        let part = future.as_task().expect("the loop follows tasks only");
        part.count_request();
        match part.awaited() {
            Some(next) if next.core().done() => {}
            Some(next) if next.as_task().is_some() && !circle.closes_at(&next) => {
                future = next;
                continue;
            }
            Some(next) if next.as_task().is_some() => {}
            Some(next) if next.clone().cancel(msg.clone()) => return true,
            // A gathering whose children are done refuses, and the task goes on when it is done.
            Some(_) => {
                part.note_request_for_later(msg);
                return true;
            }
            None => {}
        }
        part.note_request(msg);
        return true;
    }
}

/// Notices when a chain comes back to itself, after at most three times its length (Brent's algorithm).
struct Circle {
    /// A place in the chain, moved on after 1, 2, 4, ... steps.
    mark: Rc<dyn AnyFuture>,
    steps: usize,
    limit: usize,
}

impl Circle {
    fn new(start: &Rc<dyn AnyFuture>) -> Self {
        Circle {
            mark: start.clone(),
            steps: 0,
            limit: 1,
        }
    }

    fn closes_at(&mut self, next: &Rc<dyn AnyFuture>) -> bool {
        if next.is(&self.mark) {
            return true;
        }
        self.steps += 1;
        if self.steps == self.limit {
            *self = Circle {
                mark: next.clone(),
                steps: 0,
                limit: self.limit * 2,
            };
        }
        false
    }
}

impl TaskPart {
    pub(crate) fn cancelling(&self) -> usize {
        self.with_rare(|rare| rare.as_ref().map_or(0, |rare| rare.requests as usize))
    }

    /// One request more.
    pub(super) fn count_request(&self) {
        self.with_rare(|rare| rare.get_or_insert_default().requests += 1);
    }

    pub(super) fn uncancel(&self) -> usize {
        self.with_rare(|rare| {
            if let Some(rare) = rare {
                rare.requests = rare.requests.saturating_sub(1);
            }
        });
        let left = self.cancelling();
        if left == 0 {
            self.withdraw_request();
        }
        left
    }

    /// The request is there for the next await point, and the next step will come.
    pub(super) fn note_request(&self, msg: Option<Arc<str>>) {
        self.note_request_for_later(msg);
        if let Progress::Suspended(waits_on) = self.progress.get() {
            self.leave_line(waits_on);
            self.wake();
        }
    }

    /// The request is there for the next await point, whenever the next step comes.
    fn note_request_for_later(&self, msg: Option<Arc<str>>) {
        let progress = self.progress.get();
        if progress == Progress::Destroyed {
            return;
        }
        let repeated = self.must_cancel.replace(true);
        if !repeated {
            REQUESTS.set(REQUESTS.get() + 1);
        }
        // TASK-12: where CPython cancels the future inside of a primitive, a second request finds it cancelled.
        if !(repeated && progress == Progress::Suspended(WaitsOn::Primitive)) {
            self.set_cancel_msg(msg);
        }
    }

    /// Whether there was a request that no await point has seen; there is none any more.
    #[inline]
    pub(super) fn withdraw_request(&self) -> bool {
        let requested = self.must_cancel.replace(false);
        if requested {
            REQUESTS.set(REQUESTS.get() - 1);
        }
        requested
    }

    /// The await point's side: the request, if there is one, becomes its error.
    pub(crate) fn take_request(&self) -> Option<CancelledError> {
        self.withdraw_request()
            .then(|| CancelledError::with_msg(self.take_cancel_msg()))
    }

    /// At the beginning of a step.
    #[inline]
    pub(super) fn wait_on_nothing(&self) {
        let old = self.awaits.replace(Awaits::NOTHING);
        drop(old);
    }

    /// At the end of a step that suspended at `point`, and waits on `future`, if it is one.
    #[inline]
    pub(super) fn wait_on(
        &self,
        point: AwaitPoint,
        waits_on: WaitsOn,
        future: Option<Rc<dyn AnyFuture>>,
    ) {
        let Some(future) = future else {
            return self.wait_at(point, Awaits::Other(point.what));
        };
        if waits_on != WaitsOn::Future {
            self.with_rare(|rare| rare.get_or_insert_default().beside = Some(point.what));
        }
        self.wait_at(point, Awaits::Future(future));
    }

    #[inline]
    fn wait_at(&self, point: AwaitPoint, awaits: Awaits) {
        self.at.set(point.at);
        // The step has begun with nothing; to say so spares a destructor.
        std::mem::forget(self.awaits.replace(awaits));
    }

    /// Whether its step is running.
    #[inline]
    pub(crate) fn is_running(&self) -> bool {
        self.progress.get() == Progress::Running
    }

    /// The future or task that it waits on, if it is suspended in one.
    pub(crate) fn awaited(&self) -> Option<Rc<dyn AnyFuture>> {
        let awaits = self.awaits.replace(Awaits::NOTHING);
        let awaited = match &awaits {
            Awaits::Future(future) => Some(future.clone()),
            Awaits::Other(_) => None,
        };
        self.awaits.set(awaits);
        awaited
    }

    /// At the end of a step that suspended, with a request that no await point has seen. False if the coroutine
    /// suspends in a foreign future that was given its chance: then only dropping it cancels it.
    pub(super) fn deliver_request(&self, waits_on: WaitsOn, had_its_chance: bool) -> bool {
        match (waits_on, self.awaited()) {
            (WaitsOn::Future, Some(future)) => {
                let msg = self.cancel_msg();
                if future.cancel(msg) {
                    self.withdraw_request();
                }
            }
            (WaitsOn::Nothing, _) if had_its_chance => return false,
            _ => {
                self.leave_line(waits_on);
                self.wake();
            }
        }
        true
    }

    /// The step is about to suspend in a line of waiters. Returns the place in another line, which the caller drops when it
    /// holds no borrow.
    #[inline]
    #[must_use]
    pub(crate) fn stand_in(
        &self,
        line: &Arc<impl WaitLine + 'static>,
        ticket: u64,
        waker: usize,
    ) -> Option<InLine> {
        self.with_rare(|rare| match &mut rare.get_or_insert_default().in_line {
            Some(last) if last.is_in(line) => {
                last.stand_again(ticket, waker);
                None
            }
            place => place.replace(InLine::new(line, ticket, waker)),
        })
    }

    /// Tells the line of the primitive that nothing should be handed to this task any more.
    fn leave_line(&self, waits_on: WaitsOn) {
        let place = self
            .with_rare(|rare| rare.as_mut()?.in_line.take())
            .filter(|_| waits_on == WaitsOn::Primitive);
        if let (Some(place), Some(task)) = (place, self.waker())
            && place.wakes(&task)
        {
            place.cancelled(&task);
        }
    }
}
