//! [`FlowControl`]: the pauses and the end of a connection, for those who write to it. Mirrors
//! `asyncio.streams.FlowControlMixin`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::mem;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio_tasks::{Error, Result, Suspension, ignoring};

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
        let pauses = self.pauses();
        pauses.turn(Phase::Flowing);
        pauses.drainers.end(&Ok(()));
        pauses.drainers.tell();
    }

    /// Lets everyone go on who waits, with `exc` as their error if there is one.
    pub fn connection_lost(&self, exc: Option<Error>) {
        let pauses = self.pauses();
        pauses.turn(Phase::Lost(exc.clone()));
        let outcome = exc.map_or(Ok(()), Err);
        pauses.closers.end(&outcome);
        pauses.drainers.end(&outcome);
        pauses.closers.tell();
        pauses.drainers.tell();
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
        Turn::new(self, Until::Flowing)
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
        Turn::new(self, Until::Lost)
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

/// Tells the waiters of a line apart, and grows along it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(NonZeroU64);

enum Waiter {
    Waits(Waker),
    /// With what its wait comes to, which it has not been polled for yet. The waker is there until it is told.
    Over(Result<()>, Option<Waker>),
}

impl Waiters {
    /// It is polled next, and leaves its waker then.
    fn add(&self) -> Key {
        let mut waiters = self.0.borrow_mut();
        let last = waiters.back().map_or(0, |(key, _)| key.0.get());
        let key = Key(NonZeroU64::MIN.saturating_add(last));
        waiters.push_back((key, Waiter::Waits(Waker::noop().clone())));
        key
    }

    /// The outcome, if there is one; or else `waker` is the one to wake.
    fn poll(&self, key: Key, waker: &Waker) -> Poll<Result<()>> {
        let known = self.with(key, |waiter| match waiter {
            Waiter::Over(outcome, _) => Some(Poll::Ready(outcome.clone())),
            Waiter::Waits(old) => old.will_wake(waker).then_some(Poll::Pending),
        });
        known.unwrap_or_else(|| self.leave(key, waker.clone()))
    }

    /// To clone a foreign waker may have ended the wait.
    fn leave(&self, key: Key, mut waker: Waker) -> Poll<Result<()>> {
        self.with(key, |waiter| match waiter {
            Waiter::Over(outcome, _) => Poll::Ready(outcome.clone()),
            Waiter::Waits(old) => {
                // The old one is dropped once nothing is borrowed.
                mem::swap(old, &mut waker);
                Poll::Pending
            }
        })
    }

    /// Calls `f`, which runs no foreign code, with a waiter.
    fn with<R>(&self, key: Key, f: impl FnOnce(&mut Waiter) -> R) -> R {
        let mut waiters = self.0.borrow_mut();
        match position(&waiters, key) {
            Ok(index) => f(&mut waiters[index].1),
            Err(_) => unreachable!("it is there until it is removed"),
        }
    }

    fn remove(&self, key: Key) {
        let mut waiters = self.0.borrow_mut();
        let index = position(&waiters, key).ok();
        let removed = index.map(|index| waiters.remove(index));
        drop(waiters);
        drop(removed);
    }

    /// Ends the wait of everyone. They are yet to be told.
    fn end(&self, outcome: &Result<()>) {
        for (_, waiter) in self.0.borrow_mut().iter_mut() {
            if let Waiter::Waits(waker) = waiter {
                let waker = mem::replace(waker, Waker::noop().clone());
                *waiter = Waiter::Over(outcome.clone(), Some(waker));
            }
        }
    }

    /// Wakes everyone whose wait is over. A foreign waker may end waits, its own too, and begin others meanwhile.
    fn tell(&self) {
        let mut told = None;
        while let Some((key, waker)) = self.next_to_tell(told) {
            told = Some(key);
            // A foreign waker's panic must not keep the next one from being told.
            ignoring("Exception ignored in a waker", || waker.wake());
        }
    }

    fn next_to_tell(&self, told: Option<Key>) -> Option<(Key, Waker)> {
        let mut waiters = self.0.borrow_mut();
        let first = waiters.partition_point(|(key, _)| Some(*key) <= told);
        waiters.range_mut(first..).find_map(|(key, waiter)| {
            let Waiter::Over(_, waker) = waiter else {
                return None;
            };
            Some((*key, waker.take()?))
        })
    }
}

fn position(waiters: &VecDeque<(Key, Waiter)>, key: Key) -> Result<usize, usize> {
    waiters.binary_search_by_key(&key, |(key, _)| *key)
}

/// What a [`Turn`] waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The end of a pause.
    Flowing,
    /// The end of the connection.
    Lost,
}

/// One wait. It starts with the first poll; dropping it ends it.
pub(super) struct Turn<'a> {
    flow_control: &'a FlowControl,
    until: Until,
    /// Set while it waits.
    key: Option<Key>,
    suspension: Suspension,
}

impl<'a> Turn<'a> {
    fn new(flow_control: &'a FlowControl, until: Until) -> Self {
        Turn {
            flow_control,
            until,
            key: None,
            suspension: Suspension::of(match until {
                Until::Flowing => &"StreamWriter.drain",
                Until::Lost => &"StreamWriter.wait_closed",
            }),
        }
    }

    fn waiters(&self) -> &'a Waiters {
        let pauses = self.flow_control.pauses();
        match self.until {
            Until::Flowing => &pauses.drainers,
            Until::Lost => &pauses.closers,
        }
    }

    /// What it comes to without a wait.
    fn outcome(&self) -> Option<Result<()>> {
        match (self.flow_control.phase(), self.until) {
            (Phase::Flowing, Until::Flowing) => Some(Ok(())),
            (Phase::Paused, Until::Flowing) => None,
            (Phase::Lost(_), Until::Flowing) => {
                let error = io::Error::new(io::ErrorKind::ConnectionReset, "Connection lost");
                Some(Err(error.into()))
            }
            (Phase::Lost(exc), Until::Lost) => Some(exc.map_or(Ok(()), Err)),
            (Phase::Flowing | Phase::Paused, Until::Lost) => None,
        }
    }
}

impl Future for Turn<'_> {
    type Output = Result<()>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.suspension.resume()?;
        if self.key.is_none()
            && let Some(outcome) = self.outcome()
        {
            return Poll::Ready(outcome);
        }
        let waiters = self.waiters();
        let key = *self.key.get_or_insert_with(|| waiters.add());
        if let Poll::Ready(outcome) = waiters.poll(key, cx.waker()) {
            return Poll::Ready(outcome);
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
