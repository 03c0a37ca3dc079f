//! [`Standing`]: where a task stands and what it awaits. The one source for `Debug`, the call graph, `get_stack`, reports of
//! a deadlock and the inspection from outside.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use super::{Awaits, Progress, TaskPart};
use crate::state::AnyFuture;
use crate::suspension::{AwaitPoint, WaitsOn};

/// Where an unfinished task stands.
pub(crate) enum Standing {
    /// Its coroutine has not begun.
    New,
    /// Inside a step.
    Running,
    /// At an await, perhaps with its next step scheduled.
    Suspended(Await),
}

/// The await at which a task has suspended; of several at once, as in `join!`, the last one.
pub(crate) struct Await {
    /// `sleep`, `gather`, `future`. Of a future that knows nothing of asyncio, nothing.
    pub(crate) what: Option<&'static str>,
    pub(crate) location: Option<&'static Location<'static>>,
    /// The future or task, if it is one.
    pub(crate) future: Option<Rc<dyn AnyFuture>>,
}

impl TaskPart {
    /// Says nothing useful of a task that is done.
    pub(crate) fn standing(&self) -> Standing {
        let waits_on = match self.progress.get() {
            Progress::New => return Standing::New,
            Progress::Running | Progress::EndedEagerly | Progress::Destroyed => {
                return Standing::Running;
            }
            Progress::Suspended(waits_on) => waits_on,
        };
        let known = Some(self.await_point(waits_on)).filter(|_| waits_on != WaitsOn::Nothing);
        Standing::Suspended(Await {
            what: known.and_then(|point| point.what()),
            location: known.and_then(|point| point.location()),
            future: self.awaited(),
        })
    }

    fn await_point(&self, waits_on: WaitsOn) -> AwaitPoint {
        let awaits = self.awaits.replace(Awaits::NOTHING);
        let what = match &awaits {
            Awaits::Other(what) => what,
            Awaits::Future(future) if waits_on == WaitsOn::Future => future.what(),
            Awaits::Future(_) => self.with_rare(|rare| rare.as_ref()?.beside).unwrap_or(&""),
        };
        self.awaits.set(awaits);
        AwaitPoint {
            what,
            at: self.at.get(),
        }
    }

    /// The path of the coroutine's function. Of a coroutine that is no `async` block, the path of its type.
    pub(crate) fn coroutine(&self) -> String {
        let mut rest = (self.coro)();
        let mut path = String::with_capacity(rest.len());
        while let Some(colon) = rest.find(':') {
            let (before, after) = rest.split_at(colon);
            path.push_str(before);
            rest = after.strip_prefix(CLOSURE).unwrap_or_else(|| {
                path.push(':');
                &after[1..]
            });
        }
        path + rest
    }

    /// The data of the task's waker, once it has suspended: no two tasks have the same.
    pub(crate) fn waker_data(&self) -> Option<*const ()> {
        let waker = self.waker.take();
        let data = waker.as_ref().map(|waker| waker.data());
        self.waker.set(waker);
        data
    }

    /// `coro=<app::worker() running at app.rs:7:9> wait_for=<Future pending>`
    pub(super) fn describe_coroutine(
        &self,
        is_done: bool,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        write!(f, " coro=<{}()", self.coroutine())?;
        if is_done {
            return f.write_str(" done>");
        }
        let Standing::Suspended(point) = self.standing() else {
            return f.write_str(">");
        };
        if let Some(location) = point.location {
            write!(f, " running at {location}")?;
        }
        f.write_str("> wait_for=")?;
        point.describe(f)
    }
}

impl Standing {
    /// What the task waits for and where: `<Task pending name="b"> at app.rs:7:9`.
    pub(super) fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Standing::Suspended(point) = self else {
            return f.write_str("its next step");
        };
        point.describe(f)?;
        match point.location {
            Some(location) => write!(f, " at {location}"),
            None => Ok(()),
        }
    }
}

impl Await {
    /// `<Task pending name="b">`. What that one awaits is not told: a chain may be longer than the stack.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(future) = &self.future else {
            let is_ours = self.location.is_some();
            return match self.what {
                Some(what) => write!(f, "<{what}>"),
                None if is_ours => f.write_str("<a lock, an event, a queue or the like>"),
                None => f.write_str("<a future that asyncio does not know>"),
            };
        };
        let phase = future.core().phase().name();
        match future.as_task() {
            Some(task) => write!(f, "<Task {phase} name={:?}>", task.name()),
            None if *future.what() == "future" => write!(f, "<Future {phase}>"),
            None => write!(f, "<{} {phase}>", future.what()),
        }
    }
}

/// What the compiler adds to the path of an `async fn` for its coroutine.
const CLOSURE: &str = "::{{closure}}";
