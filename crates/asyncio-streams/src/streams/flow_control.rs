//! [`FlowControl`]: the pauses and the end of a connection, for those who write to it. Mirrors
//! `asyncio.streams.FlowControlMixin`.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::mem;
use std::rc::Rc;

use asyncio_tasks::{Error, Future, LoopTasks, Result, get_running_loop};

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
        self.pauses().drainers.wake(Ok(()));
    }

    /// Lets everyone go on who waits, with `exc` as their error if there is one.
    pub fn connection_lost(&self, exc: Option<Error>) {
        let pauses = self.pauses();
        pauses.turn(Phase::Lost(exc.clone()));
        let outcome = exc.map_or(Ok(()), Err);
        pauses.closers.wake(outcome.clone());
        pauses.drainers.wake(outcome);
    }

    /// Waits while writing is paused: what `StreamWriter.drain` does.
    ///
    /// # Errors
    ///
    /// `ConnectionResetError` if the connection is lost; if that happens meanwhile, only if it ended with an
    /// exception, which is the error; `CancelledError`.
    pub async fn drain_helper(&self) -> Result<()> {
        match self.phase() {
            Phase::Flowing => Ok(()),
            Phase::Paused => self.pauses().drainers.wait().await,
            Phase::Lost(_) => {
                Err(io::Error::new(io::ErrorKind::ConnectionReset, "Connection lost").into())
            }
        }
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

    /// Waits for the end of the connection: what `StreamWriter.wait_closed` does.
    ///
    /// # Errors
    ///
    /// The exception with which the connection ended; `CancelledError`.
    pub async fn wait_closed(&self) -> Result<()> {
        match self.phase() {
            Phase::Flowing | Phase::Paused => self.pauses().closers.wait().await,
            Phase::Lost(exc) => exc.map_or(Ok(()), Err),
        }
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
#[derive(Default)]
struct Waiters(RefCell<Vec<Waiter>>);

/// What the wait of one of them comes to. An error inside the result is nobody's unretrieved exception.
type Waiter = Future<Result<()>>;

impl Waiters {
    /// DIFFERENCE: everyone has a future of their own, also in `wait_closed`. In CPython all of them await the same
    /// one, so that cancelling one wait cancels the others and every later one.
    async fn wait(&self) -> Result<()> {
        let waiter = Entry::new(self, get_running_loop()?.create_future());
        (&waiter.waiter).await?
    }

    fn wake(&self, outcome: Result<()>) {
        let waiters = mem::take(&mut *self.0.borrow_mut());
        for waiter in waiters {
            if !waiter.done() {
                let set = waiter.set_result(outcome.clone());
                debug_assert!(set.is_ok(), "it was not done");
            }
        }
    }
}

/// A waiter among the others, until it is woken or dropped.
struct Entry<'a> {
    waiters: &'a Waiters,
    waiter: Waiter,
}

impl<'a> Entry<'a> {
    fn new(waiters: &'a Waiters, waiter: Waiter) -> Self {
        waiters.0.borrow_mut().push(waiter.clone());
        Entry { waiters, waiter }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut waiters = self.waiters.0.borrow_mut();
        waiters.retain(|waiter| *waiter != self.waiter);
    }
}
