//! [`Scope`]: a stretch of a task that `timeout` and `TaskGroup` cancel by itself.
//!
//! CPython cancels the whole task there, and in a task that does one thing at a time this is the same. In Rust a task
//! may poll several futures at once (`join!`, `select!`); then a scope's request goes to its own body only, and a
//! body that hangs in a future which knows nothing of asyncio is dropped, and not the whole task with it.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use asyncio_executor::Result;
use pin_project_lite::pin_project;

use super::{AnyTask, TaskPart, current_task};
use crate::state::AnyFuture;
use crate::suspension::{STEP, WaitsOn};

/// A part of a task's coroutine that can be cancelled by itself.
pub(crate) struct Scope {
    /// Weak, because a `Timeout` or `TaskGroup` may become a part of the task's result.
    task: Weak<dyn AnyFuture>,
    /// The future that the body waits on, if it is suspended in one.
    awaited: Cell<Option<Rc<dyn AnyFuture>>>,
    request: Cell<Request>,
}

/// What becomes of a call of [`Scope::cancel`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// There is none, or the body has it.
    None,
    /// The next poll of the body finds it.
    Noted,
    /// The body is being polled; a request would be noted until the end of the poll.
    Polling,
    /// Made while the body is being polled.
    Made,
}

impl Scope {
    pub(crate) fn new(task: &AnyTask) -> Self {
        Scope {
            task: Rc::downgrade(task.future()),
            awaited: Cell::default(),
            request: Cell::new(Request::None),
        }
    }

    /// Python's `task.cancel()`, for the body of the scope.
    pub(crate) fn cancel(&self) {
        let Some(task) = self.task.upgrade() else {
            return;
        };
        let part = part_of(&task);
        part.requests.set(part.requests.get() + 1);
        match self.request.get() {
            Request::Polling => self.request.set(Request::Made),
            Request::Made | Request::Noted => {}
            Request::None => self.deliver(part),
        }
    }

    /// Python's `task.uncancel()`.
    pub(crate) fn uncancel(&self) -> usize {
        let task = self.task.upgrade();
        task.map_or(0, |task| part_of(&task).uncancel())
    }

    /// Python's `task.uncancel(); task.cancel()`, if there is a request that the scope did not make: the next await
    /// after the scope finds it again (TG-07).
    pub(crate) fn renew_request(&self) {
        if let Some(task) = self.task.upgrade()
            && part_of(&task).cancelling() > 0
        {
            part_of(&task).note_request(None);
        }
    }

    /// `body`, polled as the body of this scope.
    pub(crate) fn around<F>(&self, body: F) -> Scoped<'_, F> {
        let body = Some(body);
        Scoped { scope: self, body }
    }

    /// Polls the body. If a request cannot reach it otherwise, drops it and returns the `CancelledError`.
    pub(crate) fn poll<T, F>(
        &self,
        mut body: Pin<&mut Option<F>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T>>
    where
        F: Future<Output = Result<T>>,
    {
        let Some(future) = body.as_mut().as_pin_mut() else {
            unreachable!("a finished body is not polled")
        };
        let Some(task) = self.task.upgrade() else {
            return future.poll(cx);
        };
        let part = part_of(&task);
        drop(self.awaited.take());
        let ours = self.hand_over(part);
        let had_request = part.must_cancel.get();
        let requests = part.requests.get();
        let siblings = Siblings::set_aside(part);
        let mut polled = future.poll(cx);
        let hangs = polled.is_pending() && STEP.get() == WaitsOn::Nothing;
        if hangs
            && had_request
            && let Some(error) = part.take_request()
        {
            body.set(None);
            polled = Poll::Ready(Err(error.into()));
        }
        let made = self.request.get() == Request::Made;
        self.request
            .set(if made { Request::Noted } else { Request::None });
        if polled.is_pending() {
            if STEP.get() == WaitsOn::Future {
                self.awaited.set(part.awaited());
            }
            // A request that the body made itself is the task's.
            let unseen = ours && part.requests.get() == requests && part.withdraw_request();
            if made || unseen {
                self.deliver(part);
            }
        }
        siblings.put_back(part);
        polled
    }

    /// Before a poll of the body: makes a request that was noted one of the task, whose body then finds it. Whether
    /// there was one.
    fn hand_over(&self, part: &TaskPart) -> bool {
        let noted = self.request.replace(Request::Polling) == Request::Noted;
        // Someone may have undone it meanwhile, or the task has one of its own: the body sees only one of them.
        let ours = noted && part.cancelling() > 0 && !part.must_cancel.get();
        if ours {
            part.note_request(None);
        }
        ours
    }

    /// Gives a request to the future that the body waits on, or else notes it for the next poll of the body.
    fn deliver(&self, part: &TaskPart) {
        let awaited = self.awaited.take();
        let pending = awaited.filter(|future| !future.core().done());
        let will_wake = pending.is_some();
        if pending.is_some_and(|future| future.cancel(None)) {
            self.request.set(Request::None);
            return;
        }
        self.request.set(Request::Noted);
        // A gathering whose children are done refuses to be cancelled, but is about to be done itself.
        if !will_wake {
            part.wake();
        }
    }
}

fn part_of(task: &Rc<dyn AnyFuture>) -> &TaskPart {
    task.as_task().expect("made from a task")
}

pin_project! {
    /// The body of a scope.
    pub(crate) struct Scoped<'a, F> {
        scope: &'a Scope,
        // `None` once it was dropped.
        #[pin]
        body: Option<F>,
    }
}

impl<T, F: Future<Output = Result<T>>> Future for Scoped<'_, F> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        this.scope.poll(this.body, cx)
    }
}

/// Polls `future` once, and says which asyncio future it waits on then, if there is a current task.
pub(super) fn poll_for_future<F: Future>(
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> (Poll<F::Output>, Option<Rc<dyn AnyFuture>>) {
    let Ok(Some(task)) = current_task() else {
        return (future.poll(cx), None);
    };
    let part = part_of(task.future());
    let siblings = Siblings::set_aside(part);
    let polled = future.poll(cx);
    let awaits = STEP.get() == WaitsOn::Future;
    let awaited = part.awaited().filter(|_| awaits);
    siblings.put_back(part);
    (polled, awaited)
}

/// What the task waits on in this step outside of the body.
struct Siblings {
    waits_on: WaitsOn,
    awaited: Option<Rc<dyn AnyFuture>>,
}

impl Siblings {
    fn set_aside(part: &TaskPart) -> Self {
        Siblings {
            waits_on: STEP.replace(WaitsOn::Nothing),
            awaited: part.awaited.take(),
        }
    }

    /// Unless the body waits on something asyncio knows, what the others wait on counts.
    fn put_back(self, part: &TaskPart) {
        if STEP.get() == WaitsOn::Nothing {
            STEP.set(self.waits_on);
        }
        let awaited = part.awaited.take();
        part.awaited.set(awaited.or(self.awaited));
    }
}
