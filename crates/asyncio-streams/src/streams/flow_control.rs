//! [`FlowControl`]: the pauses and the end of a connection, for those who write to it. Mirrors
//! `asyncio.streams.FlowControlMixin`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::mem;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio_tasks::{Error, Result, Suspension};

use super::incoming::DEFAULT_LIMIT;
use super::link::Link;

/// What a protocol tells the [writers](crate::StreamWriter) of its connection: `FlowControlMixin`.
///
/// A cheap clone. A protocol of one's own that serves a `StreamWriter` has one, and passes on `pause_writing`,
/// `resume_writing` and `connection_lost`.
///
/// # Cancel safety
///
/// A wait that is cancelled or dropped has no effect on others.
///
/// ```
/// use asyncio_streams::{FlowControl, get_running_loop, run};
///
/// run(async {
///     let flow_control = FlowControl::new();
///     flow_control.drain_helper().await?; // returns at once
///     flow_control.pause_writing();
///     let protocol = flow_control.clone();
///     get_running_loop()?.call_soon(move || protocol.resume_writing());
///     flow_control.drain_helper().await
/// }).unwrap();
/// ```
#[derive(Clone)]
pub struct FlowControl(Rc<Link>);

/// The part of a [`Link`] that is about pauses, once there was one.
#[derive(Default)]
pub(super) struct Pauses {
    phase: RefCell<Phase>,
    /// Those who wait for the end of a pause.
    drainers: Waiters,
    /// Those who wait for the end of the connection.
    closers: Waiters,
}

/// Whether the connection takes more data.
#[derive(Clone, Default)]
enum Phase {
    /// Up to the high-water mark.
    #[default]
    Flowing,
    /// Not before the buffer has drained.
    Paused,
    /// Never again: this was the argument of `connection_lost`.
    Lost(Option<Error>),
}

impl FlowControl {
    /// Of a connection that takes data.
    pub fn new() -> Self {
        FlowControl(Link::new(DEFAULT_LIMIT))
    }

    pub(super) fn of(link: Rc<Link>) -> Self {
        FlowControl(link)
    }

    #[inline]
    pub(super) fn link(&self) -> &Rc<Link> {
        &self.0
    }

    fn pauses(&self) -> &Pauses {
        &self.0.make_rare().pauses
    }

    /// See `Protocol::pause_writing` of `asyncio-transports`.
    pub fn pause_writing(&self) {
        self.pauses().turn(Phase::Paused);
    }

    /// Lets everyone go on who waits in [`drain_helper`](FlowControl::drain_helper). They go on in the loop's next
    /// iteration, in the order in which they came.
    pub fn resume_writing(&self) {
        self.pauses().turn(Phase::Flowing);
        self.pauses().drainers.wake(&Ok(()));
    }

    /// Lets everyone go on who waits, with `exc` as their error if there is one.
    pub fn connection_lost(&self, exc: Option<Error>) {
        let pauses = self.pauses();
        pauses.turn(Phase::Lost(exc.clone()));
        let outcome = exc.map_or(Ok(()), Err);
        pauses.closers.wake(&outcome);
        pauses.drainers.wake(&outcome);
    }

    /// Waits while writing is paused: what `StreamWriter.drain` does.
    ///
    /// # Errors
    ///
    /// `ConnectionResetError` if the connection is lost; if that happens meanwhile, only if it ended with an
    /// exception, which is the error; `CancelledError`.
    pub async fn drain_helper(&self) -> Result<()> {
        self.drained().await
    }

    pub(super) fn drained(&self) -> Turn<'_> {
        Turn::new(self, Line::Drainers)
    }

    /// Waits for the end of the connection: what `StreamWriter.wait_closed` does.
    ///
    /// # Errors
    ///
    /// The exception with which the connection ended; `CancelledError`.
    pub async fn wait_closed(&self) -> Result<()> {
        self.closed().await
    }

    pub(super) fn closed(&self) -> Turn<'_> {
        Turn::new(self, Line::Closers)
    }

    /// Whether [`drain_helper`](FlowControl::drain_helper) would return at once, and without an error.
    #[inline]
    pub(crate) fn is_flowing(&self) -> bool {
        self.0.rare().is_none_or(|rare| rare.pauses.is_flowing())
    }

    fn phase(&self) -> Phase {
        let rare = self.0.rare();
        rare.map_or(Phase::Flowing, |rare| rare.pauses.phase.borrow().clone())
    }
}

impl Pauses {
    fn is_flowing(&self) -> bool {
        matches!(&*self.phase.borrow(), Phase::Flowing)
    }

    /// The end is the end: no later call changes it.
    fn turn(&self, phase: Phase) {
        let mut current = self.phase.borrow_mut();
        if !matches!(*current, Phase::Lost(_)) {
            *current = phase;
        }
    }
}

impl Default for FlowControl {
    /// As [`new`](FlowControl::new).
    fn default() -> Self {
        FlowControl::new()
    }
}

impl fmt::Debug for FlowControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.phase() {
            Phase::Flowing => "<FlowControl>",
            Phase::Paused => "<FlowControl paused>",
            Phase::Lost(_) => "<FlowControl lost>",
        })
    }
}

/// Those who wait for the same thing, in the order in which they came.
///
/// DIFFERENCE: in CPython all who wait for the end await the same future, so that cancelling one wait cancels the others
/// and every later one.
#[derive(Default)]
struct Waiters(RefCell<VecDeque<(Key, Waiter)>>);

/// Tells the waiters of a connection apart.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key(NonZeroU32);

enum Waiter {
    Waits(Waker),
    /// It was woken, with what its wait comes to, and has not been polled yet.
    Woken(Result<()>),
}

impl Waiters {
    fn add(&self, waker: Waker) -> Key {
        let mut waiters = self.0.borrow_mut();
        let last = waiters.back().map_or(0, |(key, _)| key.0.get());
        let key = Key(NonZeroU32::MIN.saturating_add(last));
        waiters.push_back((key, Waiter::Waits(waker)));
        key
    }

    /// The outcome, if there is one; or else `waker` is the one to wake.
    fn poll(&self, key: Key, waker: &Waker) -> Poll<Result<()>> {
        let mut waiters = self.0.borrow_mut();
        let Some((_, waiter)) = waiters.iter_mut().find(|(other, _)| *other == key) else {
            unreachable!("it is there until it is removed")
        };
        match waiter {
            Waiter::Woken(outcome) => Poll::Ready(outcome.clone()),
            Waiter::Waits(old) if old.will_wake(waker) => Poll::Pending,
            Waiter::Waits(old) => {
                let old = mem::replace(old, waker.clone());
                drop(waiters);
                drop(old);
                Poll::Pending
            }
        }
    }

    fn remove(&self, key: Key) {
        let mut waiters = self.0.borrow_mut();
        let index = waiters.iter().position(|(other, _)| *other == key);
        let removed = index.map(|index| waiters.remove(index));
        drop(waiters);
        drop(removed);
    }

    fn wake(&self, outcome: &Result<()>) {
        let count = self.0.borrow().len();
        for index in 0..count {
            let mut waiters = self.0.borrow_mut();
            let waiter = waiters.get_mut(index).map(|(_, waiter)| waiter);
            let waker = waiter.and_then(|waiter| waiter.end(outcome));
            drop(waiters);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl Waiter {
    fn end(&mut self, outcome: &Result<()>) -> Option<Waker> {
        if let Waiter::Woken(_) = self {
            return None;
        }
        match mem::replace(self, Waiter::Woken(outcome.clone())) {
            Waiter::Waits(waker) => Some(waker),
            Waiter::Woken(_) => None,
        }
    }
}

/// What a [`Turn`] waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// The end of a pause.
    Drainers,
    /// The end of the connection.
    Closers,
}

/// One wait. It starts with the first poll; dropping it ends it.
pub(super) struct Turn<'a> {
    flow_control: &'a FlowControl,
    line: Line,
    /// Set while it waits.
    key: Option<Key>,
    suspension: Suspension,
}

impl<'a> Turn<'a> {
    fn new(flow_control: &'a FlowControl, line: Line) -> Self {
        Turn {
            flow_control,
            line,
            key: None,
            suspension: Suspension::of(match line {
                Line::Drainers => &"StreamWriter.drain",
                Line::Closers => &"StreamWriter.wait_closed",
            }),
        }
    }

    fn waiters(&self) -> &'a Waiters {
        let pauses = self.flow_control.pauses();
        match self.line {
            Line::Drainers => &pauses.drainers,
            Line::Closers => &pauses.closers,
        }
    }

    /// What it comes to without a wait.
    fn outcome(&self) -> Option<Result<()>> {
        match (self.flow_control.phase(), self.line) {
            (Phase::Flowing, Line::Drainers) => Some(Ok(())),
            (Phase::Paused, Line::Drainers) => None,
            (Phase::Lost(_), Line::Drainers) => {
                let error = io::Error::new(io::ErrorKind::ConnectionReset, "Connection lost");
                Some(Err(error.into()))
            }
            (Phase::Lost(exc), Line::Closers) => Some(exc.map_or(Ok(()), Err)),
            (Phase::Flowing | Phase::Paused, Line::Closers) => None,
        }
    }
}

impl Future for Turn<'_> {
    type Output = Result<()>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.suspension.resume()?;
        match self.key {
            Some(key) => {
                if let Poll::Ready(outcome) = self.waiters().poll(key, cx.waker()) {
                    return Poll::Ready(outcome);
                }
            }
            None => match self.outcome() {
                Some(outcome) => return Poll::Ready(outcome),
                None => self.key = Some(self.waiters().add(cx.waker().clone())),
            },
        }
        self.suspension.suspend();
        Poll::Pending
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.waiters().remove(key);
        }
    }
}
