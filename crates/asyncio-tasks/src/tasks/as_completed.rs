//! [`as_completed`]. Mirrors `asyncio.tasks.as_completed`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};

use asyncio_executor::{EventLoop, Result, TimeoutError, TimerHandle};
use futures_core::Stream;

use super::FutureLike;
use super::awaitable::{Awaitable, How, handle_of};
use super::distinct::Distinct;
use crate::callbacks::{Awaiter, OnDone};
use crate::state::AnyFuture;
use crate::suspension::Suspension;
use crate::timeouts::IntoTimeout;

/// Runs awaitables concurrently and gives them as they are done: `asyncio.as_completed`.
///
/// What is returned can be used in two ways. [`next`](AsCompleted::next), or its `Stream`, gives the tasks and futures
/// themselves, so that they can be told apart. As an iterator (`for earliest in as_completed(...)`) it gives, at once,
/// one awaitable per argument; each awaits the result of the next one to be done.
///
/// Coroutines become tasks at once, at the call; see [`Awaitable`] for what else it takes. What is given twice comes
/// once. Nothing here cancels the tasks and futures, neither [a timeout](AsCompleted::timeout) nor dropping it.
///
/// # Panics
///
/// Without a running loop; if a task or future belongs to another loop.
///
/// ```
/// use asyncio_tasks::{as_completed, create_task, sleep};
///
/// async fn work(name: &'static str, delay: f64) -> asyncio_tasks::Result<&'static str> {
///     sleep(delay).await?;
///     Ok(name)
/// }
///
/// # asyncio_tasks::run(async {
/// let mut names = Vec::new();
/// for earliest in as_completed([work("slow", 0.02), work("quick", 0.001)]) {
///     names.push(earliest.await?);
/// }
/// assert_eq!(names, ["quick", "slow"]);
///
/// let slow = create_task(work("slow", 0.02));
/// let quick = create_task(work("quick", 0.001));
/// let completed = as_completed([&slow, &quick]).timeout(60.0);
/// while let Some(earliest) = completed.next().await {
///     let earliest = earliest?;
///     assert_eq!(earliest.result()? == "slow", earliest == slow);
/// }
/// # Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn as_completed<I>(awaitables: I) -> AsCompleted<<I::Item as Awaitable>::Output>
where
    I: IntoIterator,
    I::Item: Awaitable,
{
    let event_loop = EventLoop::current();
    let location = Location::caller();
    let mut distinct = Distinct::default();
    let (mut todo, mut how) = (Vec::new(), None);
    for awaitable in awaitables {
        let child = awaitable.into_child(&event_loop, location);
        let future = child.any();
        assert!(
            *future.core().event_loop() == event_loop,
            "ValueError: The future belongs to a different loop than the one specified as the loop argument"
        );
        how = Some(child.how);
        if distinct.add(future.clone()) {
            todo.push(future);
        }
    }
    let board = Rc::new_cyclic(|board| Board {
        event_loop,
        how,
        expected: Cell::new(todo.len()),
        todo: RefCell::new(distinct),
        done: RefCell::default(),
        waiters: RefCell::default(),
        next_ticket: Cell::new(0),
        timer: RefCell::default(),
        callback: Rc::new(ChildDone(Weak::clone(board))),
    });
    for future in todo {
        future.on_done(board.callback.clone());
    }
    AsCompleted {
        board,
        waiting: None,
    }
}

/// The tasks and futures of [`as_completed`], as they are done.
///
/// A clone shares what is left with the original.
#[must_use = "the results come when it is iterated"]
pub struct AsCompleted<T: 'static> {
    board: Rc<Board<T>>,
    /// The `Stream`'s wait.
    waiting: Option<Get<T>>,
}

impl<T: 'static> AsCompleted<T> {
    /// Gives up on what is not done in this time: `timeout=`. Every further step then ends with a `TimeoutError`.
    ///
    /// # Panics
    ///
    /// If the timeout is NaN.
    #[track_caller]
    pub fn timeout(self, timeout: impl IntoTimeout) -> Self {
        let board = &self.board;
        if let Some(timeout) = timeout.into_timeout()
            && !board.todo.borrow().is_empty()
        {
            let weak = Rc::downgrade(board);
            let give_up = move || weak.upgrade().map_or((), |board| board.give_up());
            let timer = board.event_loop.call_later(timeout, give_up);
            board.set_timer(Some(timer));
        }
        self
    }

    /// The next task or future to be done, or `None` after the last: `__anext__`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled or dropped, nothing is lost: what it waited for comes with the next step.
    ///
    /// # Errors
    ///
    /// `TimeoutError` once the time is up, `CancelledError` if the task is cancelled. The errors of the tasks and futures
    /// stay in them.
    pub fn next(&self) -> NextCompleted<'_, T> {
        NextCompleted {
            completed: self,
            waiting: None,
        }
    }
}

impl<T: 'static> Clone for AsCompleted<T> {
    fn clone(&self) -> Self {
        let board = self.board.clone();
        AsCompleted {
            board,
            waiting: None,
        }
    }
}

impl<T: 'static> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<AsCompleted with {} to come>",
            self.board.expected.get()
        )
    }
}

/// As [`AsCompleted::next`].
impl<T: 'static> Stream for AsCompleted<T> {
    type Item = Result<FutureLike<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        poll_next(&this.board, &mut this.waiting, cx)
    }
}

impl<T: 'static> IntoIterator for AsCompleted<T> {
    type Item = Completed<T>;
    type IntoIter = CompletedIter<T>;

    fn into_iter(self) -> CompletedIter<T> {
        CompletedIter(self.board.clone())
    }
}

/// The future of [`AsCompleted::next`].
#[must_use = "nothing happens until it is awaited"]
pub struct NextCompleted<'a, T: 'static> {
    completed: &'a AsCompleted<T>,
    waiting: Option<Get<T>>,
}

impl<T: 'static> std::future::Future for NextCompleted<'_, T> {
    type Output = Option<Result<FutureLike<T>>>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        poll_next(&this.completed.board, &mut this.waiting, cx)
    }
}

impl<T: 'static> fmt::Debug for NextCompleted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<NextCompleted of {:?}>", self.completed)
    }
}

#[track_caller]
fn poll_next<T: 'static>(
    board: &Rc<Board<T>>,
    waiting: &mut Option<Get<T>>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<FutureLike<T>>>> {
    if waiting.is_none() && !board.expect_one() {
        return Poll::Ready(None);
    }
    let get = waiting.get_or_insert_with(|| Get::new(board.clone()));
    let got = ready!(get.poll(cx));
    *waiting = None;
    Poll::Ready(Some(got))
}

/// [`AsCompleted`] as a plain iterator.
pub struct CompletedIter<T: 'static>(Rc<Board<T>>);

impl<T: 'static> Iterator for CompletedIter<T> {
    type Item = Completed<T>;

    fn next(&mut self) -> Option<Completed<T>> {
        let board = &self.0;
        board
            .expect_one()
            .then(|| Completed(Get::new(board.clone())))
    }
}

impl<T: 'static> fmt::Debug for CompletedIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<CompletedIter with {} to come>", self.0.expected.get())
    }
}

/// Awaits the result of the next task or future to be done; see [`as_completed`].
///
/// # Cancel safety
///
/// Cancelled, or dropped when it has suspended, what it waited for comes with a further step of the iterator. One that is
/// never awaited counts as a step.
#[must_use = "a result comes when it is awaited"]
pub struct Completed<T: 'static>(Get<T>);

impl<T: 'static> std::future::Future for Completed<T> {
    type Output = Result<T>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let got = ready!(self.0.poll(cx));
        Poll::Ready(got.and_then(|future| match &self.0.board.how {
            Some(how) => how.outcome(&future),
            None => unreachable!("nothing comes of nothing"),
        }))
    }
}

impl<T: 'static> fmt::Debug for Completed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Completed>")
    }
}

/// Where what is done waits for whoever iterates: the fields of `_AsCompletedIterator`.
struct Board<T: 'static> {
    event_loop: EventLoop,
    /// How the iterator gets at a result. `None` if there are no awaitables.
    how: Option<How<T>>,
    /// How many more steps there are (`_todo_left`).
    expected: Cell<usize>,
    /// What is not done.
    todo: RefCell<Distinct>,
    /// What is done, in that order; `None` for each that was not in time.
    done: RefCell<VecDeque<Option<FutureLike<T>>>>,
    /// Who waits for more.
    waiters: RefCell<VecDeque<(Ticket, Waker)>>,
    next_ticket: Cell<Ticket>,
    timer: RefCell<Option<TimerHandle>>,
    callback: Rc<dyn OnDone>,
}

impl<T: 'static> Board<T> {
    /// Counts one more step, if there is one.
    fn expect_one(&self) -> bool {
        let left = self.expected.get().checked_sub(1);
        left.inspect(|left| self.expected.set(*left)).is_some()
    }

    /// Python's `_handle_completion`.
    fn child_done(&self, future: Rc<dyn AnyFuture>) {
        let expected = self.todo.borrow_mut().remove(&future);
        if !expected {
            return; // the timeout was here first
        }
        self.put(Some(handle_of(future)));
        if self.todo.borrow().is_empty() {
            self.set_timer(None);
        }
    }

    /// Python's `_handle_timeout`.
    fn give_up(&self) {
        for _ in 0..self.forget() {
            self.put(None);
        }
    }

    /// Stops watching what is not done, and counts it.
    fn forget(&self) -> usize {
        let late = self.todo.take();
        for future in late.iter() {
            future.remove_equal(&self.callback);
        }
        late.len()
    }

    fn put(&self, done: Option<FutureLike<T>>) {
        self.done.borrow_mut().push_back(done);
        self.wake_one();
    }

    fn wake_one(&self) {
        let waiter = self.waiters.borrow_mut().pop_front();
        if let Some((_, waker)) = waiter {
            waker.wake();
        }
    }

    /// Puts a waiter at the end of the queue, or leaves it where it is.
    fn queue(&self, stage: Stage, waker: &Waker) -> Ticket {
        if let Stage::Waiting(ticket) = stage
            && let Some((_, old)) = self
                .waiters
                .borrow_mut()
                .iter_mut()
                .find(|(t, _)| *t == ticket)
        {
            old.clone_from(waker);
            return ticket;
        }
        let ticket = self.next_ticket.get();
        self.next_ticket.set(ticket + 1);
        self.waiters.borrow_mut().push_back((ticket, waker.clone()));
        ticket
    }

    /// Whether the waiter was in the queue.
    fn leave_queue(&self, ticket: Ticket) -> bool {
        let mut waiters = self.waiters.borrow_mut();
        let position = waiters.iter().position(|(other, _)| *other == ticket);
        let left = position.and_then(|position| waiters.remove(position));
        drop(waiters);
        left.is_some()
    }

    fn set_timer(&self, timer: Option<TimerHandle>) {
        let old = self.timer.replace(timer);
        if let Some(old) = old {
            old.cancel();
        }
    }
}

impl<T: 'static> Drop for Board<T> {
    fn drop(&mut self) {
        self.set_timer(None);
        self.forget();
    }
}

/// Names a waiter of one board.
type Ticket = u64;

struct ChildDone<T: 'static>(Weak<Board<T>>);

impl<T: 'static> OnDone for ChildDone<T> {
    fn call(&self, future: Rc<dyn AnyFuture>) -> Result<()> {
        if let Some(board) = self.0.upgrade() {
            board.child_done(future);
        }
        Ok(())
    }

    fn awaiters(&self, visit: &mut dyn FnMut(Awaiter)) {
        if let Some(board) = self.0.upgrade() {
            let waiters = board.waiters.borrow();
            waiters
                .iter()
                .for_each(|(_, waker)| visit(Awaiter::waker(waker)));
        }
    }

    fn name(&self) -> &'static str {
        "as_completed"
    }
}

/// One step: takes what is done from the board, or waits for it.
struct Get<T: 'static> {
    board: Rc<Board<T>>,
    suspension: Suspension,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// Not suspended.
    Idle,
    /// Suspended, with its entry among the waiters unless it was woken.
    Waiting(Ticket),
}

impl<T: 'static> Get<T> {
    fn new(board: Rc<Board<T>>) -> Self {
        Get {
            board,
            suspension: Suspension::of(&"as_completed"),
            stage: Stage::Idle,
        }
    }

    #[track_caller]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<FutureLike<T>>> {
        if let Err(cancelled) = self.suspension.resume() {
            self.give_up();
            return Poll::Ready(Err(cancelled.into()));
        }
        let done = self.board.done.borrow_mut().pop_front();
        let Some(done) = done else {
            self.suspension.suspend();
            self.stage = Stage::Waiting(self.board.queue(self.stage, cx.waker()));
            return Poll::Pending;
        };
        if let Stage::Waiting(ticket) = std::mem::replace(&mut self.stage, Stage::Idle) {
            self.board.leave_queue(ticket);
        }
        Poll::Ready(done.ok_or_else(|| TimeoutError::new().into()))
    }

    /// COMB-24: the step is not made, and a wake-up that came for it goes to another.
    fn give_up(&mut self) {
        let Stage::Waiting(ticket) = std::mem::replace(&mut self.stage, Stage::Idle) else {
            return;
        };
        let board = &self.board;
        board.expected.set(board.expected.get() + 1);
        let was_woken = !board.leave_queue(ticket);
        if was_woken && !board.done.borrow().is_empty() {
            board.wake_one();
        }
    }
}

impl<T: 'static> Drop for Get<T> {
    fn drop(&mut self) {
        self.give_up();
    }
}
