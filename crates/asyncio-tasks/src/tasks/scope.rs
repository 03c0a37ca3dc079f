//! [`Scope`]: a stretch of a task that `timeout` and `TaskGroup` cancel by itself.
//!
//! CPython cancels the whole task there, and in a task that does one thing at a time this is the same. In Rust a task
//! may poll several futures at once (`join!`, `select!`); then a scope's request goes to its own body only, and a
//! body that hangs in a future which knows nothing of asyncio is dropped, and not the whole task with it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio_executor::Result;
use pin_project_lite::pin_project;

use super::{AnyTask, TaskPart, current_task};
use crate::state::AnyFuture;
use crate::suspension::{STEP, WaitsOn};

/// A part of a task's coroutine that can be cancelled by itself.
pub(crate) struct Scope {
    task: AnyTask,
    /// The future that the body waits on, if it is suspended in one.
    awaited: RefCell<Option<Rc<dyn AnyFuture>>>,
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
    pub(crate) fn new(task: AnyTask) -> Self {
        Scope {
            task,
            awaited: RefCell::default(),
            request: Cell::new(Request::None),
        }
    }

    pub(crate) fn task(&self) -> &AnyTask {
        &self.task
    }

    /// Python's `task.cancel()`, for the body of the scope.
    pub(crate) fn cancel(&self) {
        let part = self.part();
        part.requests.set(part.requests.get() + 1);
        match self.request.get() {
            Request::Polling => self.request.set(Request::Made),
            Request::Made | Request::Noted => {}
            Request::None => self.deliver(),
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
        let part = self.part();
        drop(self.awaited.take());
        let ours = self.hand_over();
        let had_request = part.must_cancel.get();
        let siblings = Siblings::set_aside(part);
        let Some(future) = body.as_mut().as_pin_mut() else {
            unreachable!("a finished body is not polled")
        };
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
                self.awaited.replace(part.awaited());
            }
            if made || (ours && part.withdraw_request()) {
                self.deliver();
            }
        }
        siblings.put_back(part);
        polled
    }

    /// Before a poll of the body: makes a request that was noted one of the task, whose body then finds it. Whether
    /// there was one.
    fn hand_over(&self) -> bool {
        let noted = self.request.replace(Request::Polling) == Request::Noted;
        let part = self.part();
        // Someone may have undone it meanwhile, or the task has one of its own: the body sees only one of them.
        let ours = noted && part.cancelling() > 0 && !part.must_cancel.get();
        if ours {
            part.note_request(None);
        }
        ours
    }

    /// Gives a request to the future that the body waits on, or else notes it for the next poll of the body.
    fn deliver(&self) {
        let awaited = self.awaited.borrow().clone();
        let pending = awaited.filter(|future| !future.core().done());
        if pending.is_some_and(|future| future.cancel(None)) {
            self.request.set(Request::None);
        } else {
            self.request.set(Request::Noted);
            self.part().wake();
        }
    }

    fn part(&self) -> &TaskPart {
        self.task.future().as_task().expect("made from a task")
    }
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
    let part = task.future().as_task().expect("made from a task");
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
        let mut awaited = part.awaited.borrow_mut();
        if awaited.is_none() {
            *awaited = self.awaited;
        }
    }
}

impl TaskPart {
    /// Python's `uncancel(); cancel()` in the task's own step: one request less and one more, to be found by the next
    /// await (TG-07).
    pub(crate) fn cancel_again(&self) {
        self.note_request(None);
    }
}
