//! What a generator, its body, and the loop that closes it share.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use asyncio_executor::{Error, Result, RuntimeError, TypeError};

use super::GeneratorExit;
use super::live::{Closable, Registration};
use crate::suspension::{AWAITS, STEP};

/// A generator behind its handle.
pub(super) struct State<Y, S> {
    /// `None` while it is polled, and when it has ended.
    body: Cell<Option<Body>>,
    stage: Cell<Stage>,
    slot: Cell<Slot<Y, S>>,
    /// Whether a call is under way: Python's `ag_running`.
    is_called: Cell<bool>,
    /// From the first step to the end, in a loop.
    registration: Cell<Option<Registration>>,
    location: &'static Location<'static>,
}

pub(super) type Body = Pin<Box<dyn Future<Output = Result<()>>>>;

/// Where the body stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It has not begun.
    New,
    /// In the poll that is under way.
    Running,
    /// At an `emit` whose value was taken.
    AtYield,
    /// At another await.
    AtAwait,
    /// It has ended, or was dropped.
    Finished,
}

/// Where an `emit` and a call meet.
#[derive(Default)]
enum Slot<Y, S> {
    /// There is no `emit`.
    #[default]
    Empty,
    /// The value is there to be taken.
    Emitted(Y),
    /// The value was taken, and `emit` waits.
    Taken,
    /// How `emit` goes on, when it is polled.
    Resumed(Resume<S>),
}

/// How a call makes the body go on.
pub(super) enum Resume<S> {
    /// `emit` returns nothing.
    Next,
    /// `emit` returns a value.
    Send(S),
    /// `emit` fails.
    Throw(Error),
}

impl<Y: 'static, S: 'static> State<Y, S> {
    pub(super) fn new(body: Body, location: &'static Location<'static>) -> Self {
        State {
            body: Cell::new(Some(body)),
            stage: Cell::new(Stage::New),
            slot: Cell::default(),
            is_called: Cell::new(false),
            registration: Cell::default(),
            location,
        }
    }

    /// A call begins, and lasts until the guard is dropped.
    pub(super) fn begin_call(
        &self,
        what: &str,
        resume: Resume<S>,
    ) -> Result<(Call<'_>, Resume<S>)> {
        let call = self.called(what)?;
        match (self.stage.get(), resume) {
            (Stage::New, Resume::Send(_)) => Err(TypeError::with_message(JUST_STARTED).into()),
            (Stage::New, Resume::Throw(error)) => {
                self.finish();
                Err(error)
            }
            (Stage::AtAwait, Resume::Send(_) | Resume::Throw(_)) => Err(running(what).into()),
            (_, resume) => Ok((call, resume)),
        }
    }

    fn called(&self, what: &str) -> Result<Call<'_>, RuntimeError> {
        match self.is_called.replace(true) {
            true => Err(running(what)),
            false => Ok(Call(&self.is_called)),
        }
    }

    /// Runs the body to its next value, with `resume` at the first poll of a call.
    pub(super) fn poll(
        self: &Rc<Self>,
        resume: Option<Resume<S>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Y>>> {
        match (self.stage.get(), resume) {
            (Stage::New, _) => self.register(),
            (Stage::AtYield, Some(resume)) => self.slot.set(Slot::Resumed(resume)),
            _ => {}
        }
        let Some(mut body) = self.body.take() else {
            return Poll::Ready(None);
        };
        self.stage.set(Stage::Running);
        let _running = Running(self);
        let outer = (STEP.get(), AWAITS.get());
        let polled = body.as_mut().poll(cx);
        match (polled, self.take_emitted()) {
            (Poll::Ready(ended), _) => Poll::Ready(ended.err().map(Err)),
            (Poll::Pending, Some(value)) => {
                // The task does not wait on what the body waits on beside its `emit`.
                STEP.set(outer.0);
                AWAITS.set(outer.1);
                self.rest(body, Stage::AtYield);
                Poll::Ready(Some(Ok(value)))
            }
            (Poll::Pending, None) => {
                self.rest(body, Stage::AtAwait);
                Poll::Pending
            }
        }
    }

    /// `aclose()`, with `exit` as what `emit` fails with.
    pub(super) async fn close(self: &Rc<Self>, exit: Error) -> Result<()> {
        let _call = self.called("aclose")?;
        if self.stage.get() != Stage::AtYield {
            self.finish();
            return Ok(());
        }
        let mut exit = Some(Resume::Throw(exit));
        match poll_fn(|cx| self.poll(exit.take(), cx)).await {
            None => Ok(()),
            Some(Err(error)) if error.is::<GeneratorExit>() => Ok(()),
            Some(Err(error)) => Err(error),
            Some(Ok(_value)) => {
                self.finish();
                Err(RuntimeError::with_message("async generator ignored GeneratorExit").into())
            }
        }
    }

    /// Nobody will ask for another value. If the body waits in an `emit`, its loop closes the generator.
    pub(super) fn abandon(self: &Rc<Self>) {
        if self.is_called.get() {
            return; // The loop is closing it.
        }
        if let (Stage::AtYield, Some(registration)) = (self.stage.get(), self.registration.take()) {
            registration.close_soon(self.clone(), self.location);
        }
    }

    fn register(self: &Rc<Self>) {
        let weak: Weak<Self> = Rc::downgrade(self);
        self.registration.set(Registration::new(weak, self));
    }

    fn rest(&self, body: Body, stage: Stage) {
        self.body.set(Some(body));
        self.stage.set(stage);
    }

    fn finish(&self) {
        self.stage.set(Stage::Finished);
        drop(self.registration.take());
        drop(self.body.take());
    }
}

/// For the `emit` of the body.
impl<Y, S> State<Y, S> {
    pub(super) fn is_running(&self) -> bool {
        self.stage.get() == Stage::Running
    }

    /// False if there is an `emit` already.
    pub(super) fn put(&self, value: Y) -> bool {
        let slot = self.slot.take();
        let is_empty = matches!(slot, Slot::Empty);
        self.slot
            .set(if is_empty { Slot::Emitted(value) } else { slot });
        is_empty
    }

    fn take_emitted(&self) -> Option<Y> {
        match self.slot.take() {
            Slot::Emitted(value) => {
                self.slot.set(Slot::Taken);
                Some(value)
            }
            slot => {
                self.slot.set(slot);
                None
            }
        }
    }

    pub(super) fn take_resume(&self) -> Option<Resume<S>> {
        match self.slot.take() {
            Slot::Resumed(resume) => Some(resume),
            slot => {
                self.slot.set(slot);
                None
            }
        }
    }

    pub(super) fn end_emit(&self) {
        drop(self.slot.take());
    }
}

impl<Y: 'static, S: 'static> Closable for State<Y, S> {
    fn close(self: Rc<Self>, exit: Error) -> Body {
        Box::pin(async move { State::close(&self, exit).await })
    }
}

impl<Y, S> fmt::Debug for State<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<AsyncGenerator created at {}>", self.location)
    }
}

/// A call under way.
pub(super) struct Call<'a>(&'a Cell<bool>);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// A poll of the body. One that does not come to rest has ended, or has panicked.
struct Running<'a, Y: 'static, S: 'static>(&'a State<Y, S>);

impl<Y: 'static, S: 'static> Drop for Running<'_, Y, S> {
    fn drop(&mut self) {
        if self.0.is_running() {
            self.0.finish();
        }
    }
}

fn running(what: &str) -> RuntimeError {
    RuntimeError::with_message(format!(
        "{what}(): asynchronous generator is already running"
    ))
}

const JUST_STARTED: &str = "can't send non-None value to a just-started async generator";
