//! [`Scope`]: a stretch of a task that `timeout` and `TaskGroup` cancel by itself.
//!
//! CPython cancels the whole task there, and in a task that does one thing at a time this is the same. In Rust a task
//! may poll several futures at once (`join!`, `select!`); then a scope's request goes to its own body only, the
//! requests of its siblings do not count for it, and a body that hangs in a future which knows nothing of asyncio is
//! dropped, and not the whole task with it.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use asyncio_executor::Result;
use pin_project_lite::pin_project;

use super::{AnyTask, TaskPart};
use crate::state::AnyFuture;
use crate::suspension::{IN_STEP, STEP, WaitsOn, awaited, replace_awaited};

/// A part of a task's coroutine that can be cancelled by itself.
pub(crate) struct Scope {
    /// Weak, because a `Timeout` or `TaskGroup` may become a part of the task's result.
    task: Weak<dyn AnyFuture>,
    /// The future that the body waits on, if it is suspended in one.
    awaited: Cell<Option<Rc<dyn AnyFuture>>>,
    waker: Cell<BodyWaker>,
    request: Cell<Request>,
    /// Whether one of the task's requests is this scope's.
    counts: Cell<bool>,
}

/// What gets the suspended body polled.
#[derive(Default)]
enum BodyWaker {
    /// It is not suspended, or was woken.
    #[default]
    None,
    /// The task's own, of which it needs no clone.
    Task,
    /// Another one: `FuturesUnordered` has one for each of its futures.
    Other(Waker),
}

/// What becomes of a call of [`Scope::cancel`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    /// There is none, or the body has it.
    None,
    /// The next poll of the body finds it.
    Noted,
    /// There is none, and the body is being polled.
    Polling,
    /// It was made while the body was being polled.
    Made,
}

impl Scope {
    pub(crate) fn new(task: &AnyTask) -> Self {
        Scope {
            task: Rc::downgrade(task.future()),
            awaited: Cell::default(),
            waker: Cell::default(),
            request: Cell::new(Request::None),
            counts: Cell::new(false),
        }
    }

    /// The task that the scope is a part of, unless it is gone.
    pub(crate) fn task(&self) -> Option<Rc<dyn AnyFuture>> {
        self.task.upgrade()
    }

    /// Python's `task.cancel()`, for the body of the scope. Has an effect once.
    pub(crate) fn cancel(&self) {
        let Some(task) = self.task.upgrade() else {
            return;
        };
        let part = part_of(&task);
        if self.counts.replace(true) {
            return; // once is enough
        }
        part.count_request();
        part.with_rare(|rare| rare.get_or_insert_default().scoped += 1);
        if self.request.get() == Request::Polling {
            ENCLOSING.set(ENCLOSING.get() + 1);
            self.request.set(Request::Made);
        } else {
            self.deliver();
        }
    }

    /// Python's `task.cancelling()`, without the requests of scopes that the task runs beside this one.
    pub(crate) fn cancelling(&self) -> usize {
        let task = self.task.upgrade();
        task.map_or(0, |task| self.cancelling_of(part_of(&task)))
    }

    /// Python's `task.uncancel()`, when the scope has ended by itself. A request that the body has not seen is one of
    /// the task from now on, unless this undoes it.
    pub(crate) fn uncancel(&self) -> usize {
        let Some(task) = self.task.upgrade() else {
            return 0;
        };
        let part = part_of(&task);
        if self.request.replace(Request::None) == Request::Noted {
            part.note_request(None);
        }
        self.undo(part);
        let left = self.cancelling_of(part);
        if left == 0 {
            part.withdraw_request();
        }
        left
    }

    /// Undoes the scope's request: the scope was dropped.
    pub(crate) fn withdraw(&self) {
        if let Some(task) = self.task.upgrade() {
            self.undo(part_of(&task));
        }
    }

    /// One request less.
    fn undo(&self, part: &TaskPart) {
        if self.counts.replace(false) {
            part.with_rare(|rare| rare.get_or_insert_default().scoped -= 1);
        }
        part.uncancel();
    }

    /// What [`cancelling`](Scope::cancelling) says. Scopes that this one is inside of are being polled.
    fn cancelling_of(&self, part: &TaskPart) -> usize {
        let scoped = part.with_rare(|rare| rare.as_ref().map_or(0, |rare| rare.scoped));
        let known = ENCLOSING.get() + u32::from(self.counts.get());
        let beside = scoped.saturating_sub(known);
        part.cancelling().saturating_sub(beside as usize)
    }

    /// Python's `task.uncancel(); task.cancel()`, if there is a request that the scope did not make: the next await
    /// after the scope finds it again (TG-07).
    pub(crate) fn renew_request(&self) {
        if let Some(task) = self.task.upgrade()
            && self.cancelling_of(part_of(&task)) > 0
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
    #[track_caller]
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
        let waker = self.waker.take();
        let ours = self.hand_over(part);
        let had_request = part.must_cancel.get();
        let requests = part.cancelling();
        let siblings = Siblings::set_aside();
        let enclosing = Enclosing::enter(self);
        DELIVERED.take();
        let mut polled = future.poll(cx);
        drop(enclosing);
        let hangs = polled.is_pending() && STEP.get() == WaitsOn::Nothing;
        if hangs
            && had_request
            && let Some(error) = part.take_request()
        {
            body.set(None);
            polled = Poll::Ready(Err(error.into()));
        }
        // Unless the body has undone it. One that the body has yet to see from elsewhere does for both.
        let made =
            self.request.get() == Request::Made && part.cancelling() > 0 && !part.must_cancel.get();
        self.request
            .set(if made { Request::Noted } else { Request::None });
        if polled.is_pending() {
            if STEP.get() == WaitsOn::Future {
                self.awaited.set(awaited());
            }
            self.waker.set(waker.or_of(part, cx.waker()));
            // A request that the body made itself is the task's.
            let unseen = ours && part.cancelling() == requests && part.withdraw_request();
            if made && self.is_delivered() {
                self.request.set(Request::None);
            } else if made || unseen {
                self.deliver();
            }
        }
        siblings.put_back();
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

    /// Whether a scope inside of the body has given its request to what the body waits on: as in CPython, where a step
    /// that ends with several requests cancels it once.
    fn is_delivered(&self) -> bool {
        let awaited = self.awaited.take();
        let delivered = DELIVERED.take();
        let future = delivered.as_ref().and_then(Weak::upgrade);
        let same = matches!((&awaited, &future), (Some(one), Some(other)) if one.is(other));
        DELIVERED.set(delivered);
        self.awaited.set(awaited);
        same
    }

    /// Gives a request to the future that the body waits on, or else notes it for the next poll of the body.
    fn deliver(&self) {
        let awaited = self.awaited.take();
        let pending = awaited.filter(|future| !future.core().done());
        let is_pending = pending.is_some();
        if let Some(future) = pending
            && future.clone().cancel(None)
        {
            DELIVERED.set(Some(Rc::downgrade(&future)));
            self.request.set(Request::None);
            return;
        }
        self.request.set(Request::Noted);
        // A gathering whose children are done refuses to be cancelled, but is about to be done itself.
        let waker = self.waker.take();
        if !is_pending {
            self.wake(waker);
        }
    }

    fn wake(&self, waker: BodyWaker) {
        match waker {
            BodyWaker::None => {}
            BodyWaker::Other(waker) => waker.wake(),
            BodyWaker::Task => {
                if let Some(task) = self.task.upgrade() {
                    part_of(&task).wake();
                }
            }
        }
    }
}

impl BodyWaker {
    /// That of a body of the task `part` that was polled with `waker`, which may be the same as before.
    #[inline]
    fn or_of(self, part: &TaskPart, waker: &Waker) -> Self {
        match self {
            _ if part.is_own_waker(waker) => BodyWaker::Task,
            BodyWaker::Other(kept) if kept.will_wake(waker) => BodyWaker::Other(kept),
            _ => BodyWaker::Other(waker.clone()),
        }
    }
}

/// The time of one poll of a scope's body.
struct Enclosing<'a>(&'a Scope);

impl<'a> Enclosing<'a> {
    fn enter(scope: &'a Scope) -> Self {
        ENCLOSING.set(ENCLOSING.get() + u32::from(scope.counts.get()));
        Enclosing(scope)
    }
}

impl Drop for Enclosing<'_> {
    fn drop(&mut self) {
        ENCLOSING.set(ENCLOSING.get() - u32::from(self.0.counts.get()));
    }
}

thread_local! {
    /// How many requests are those of the scopes whose bodies are being polled.
    static ENCLOSING: Cell<u32> = const { Cell::new(0) };
    /// The future to which a scope has given its request last, in this poll of a body.
    static DELIVERED: Cell<Option<Weak<dyn AnyFuture>>> = const { Cell::new(None) };
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

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        this.scope.poll(this.body, cx)
    }
}

/// Polls `future` once, and says which asyncio future it waits on then, if there is a current task.
#[track_caller]
pub(super) fn poll_for_future<F: Future>(
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> (Poll<F::Output>, Option<Rc<dyn AnyFuture>>) {
    if !IN_STEP.get() {
        return (future.poll(cx), None);
    }
    let siblings = Siblings::set_aside();
    let polled = future.poll(cx);
    let awaited = awaited().filter(|_| STEP.get() == WaitsOn::Future);
    siblings.put_back();
    (polled, awaited)
}

/// What the task waits on in this step outside of the body.
struct Siblings {
    waits_on: WaitsOn,
    awaited: Option<Rc<dyn AnyFuture>>,
}

impl Siblings {
    fn set_aside() -> Self {
        Siblings {
            waits_on: STEP.replace(WaitsOn::Nothing),
            awaited: replace_awaited(None),
        }
    }

    /// Unless the body waits on something asyncio knows, what the others wait on counts.
    fn put_back(self) {
        if STEP.get() == WaitsOn::Nothing {
            STEP.set(self.waits_on);
        }
        if self.awaited.is_some() {
            let awaited = replace_awaited(None);
            replace_awaited(awaited.or(self.awaited));
        }
    }
}
