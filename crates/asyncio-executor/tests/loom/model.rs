//! A loop for models: its selector sleeps on primitives of loom's.

use std::cell::RefCell;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use asyncio_executor::{EventLoop, EventLoopBuilder};
use asyncio_reactor::{Event, Interest, Notifier, Notify, Selector};
use loom::sync::{Condvar, Mutex};

/// Runs `f` with a loop, in the interleavings of the threads that it starts.
pub(crate) fn model(f: impl Fn(&EventLoop) + Send + Sync + 'static) {
    model_with(EventLoop::builder, f);
}

/// As [`model`], with the loop of `builder`.
pub(crate) fn model_with(
    builder: impl Fn() -> EventLoopBuilder + Send + Sync + 'static,
    f: impl Fn(&EventLoop) + Send + Sync + 'static,
) {
    explore(move || {
        let event_loop = builder()
            .selector(ModelSelector::default())
            .build()
            .unwrap();
        // An assertion in a callback would be reported only.
        let reports = Rc::new(RefCell::new(Vec::new()));
        let reported = reports.clone();
        event_loop.set_exception_handler(move |_, report| {
            reported.borrow_mut().push(report.to_string());
        });
        f(&event_loop);
        event_loop.close().unwrap();
        let is_unexpected = |report: &String| !report.starts_with(EXPECTED);
        assert!(!reports.borrow().iter().any(is_unexpected), "{reports:?}");
    });
}

/// Runs `f` in the interleavings in which the threads are interrupted up to [`PREEMPTIONS`] times where they would not
/// have to wait. `LOOM_MAX_PREEMPTIONS` tries more.
pub(crate) fn explore(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(PREEMPTIONS);
    builder.check(f);
}

/// What a loop reports when it is closed in the middle of something.
const EXPECTED: &str = "Task was destroyed but it is pending!";

/// Two show almost every mistake; with three a model takes minutes.
const PREEMPTIONS: usize = 2;

/// Sleeps until it is notified. There are no descriptors.
#[derive(Default)]
pub(crate) struct ModelSelector(Arc<Bell>);

#[derive(Default)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Selector for ModelSelector {
    fn register(&mut self, _: BorrowedFd<'_>, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn modify(&mut self, _: RawFd, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn unregister(&mut self, _: RawFd) -> io::Result<()> {
        Ok(())
    }

    fn select(&mut self, timeout: Option<Duration>, _: &mut Vec<Event>) -> io::Result<()> {
        let mut has_rung = self.0.has_rung.lock().unwrap();
        while !*has_rung && timeout.is_none() {
            has_rung = self.0.rings.wait(has_rung).unwrap();
        }
        *has_rung = false;
        Ok(())
    }

    fn notifier(&self) -> Notifier {
        Notifier::from(self.0.clone())
    }
}

impl Notify for Bell {
    fn notify(&self) {
        *self.has_rung.lock().unwrap() = true;
        self.rings.notify_one();
    }
}
