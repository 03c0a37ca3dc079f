//! The signals on which a run shuts down. Mirrors `_on_sigint` of `asyncio.runners`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::signal::SIGINT;
use asyncio_executor::{Error, EventLoop, KeyboardInterrupt, Result, SignalInterrupt, SignalWatch};

use crate::tasks::AnyTask;

/// The shutdown signals of one run: the first cancels main, the second ends the run at once.
pub(crate) struct Interrupts {
    watches: Vec<(i32, SignalWatch)>,
    seen: Rc<Seen>,
}

/// What a run has seen of its signals.
#[derive(Default)]
struct Seen {
    /// The signal that has cancelled main.
    first: Cell<Option<i32>>,
    /// The one that found main ended when the loop came to look, though perhaps not when it came.
    after_main: Cell<Option<i32>>,
}

/// What became of a run's signals.
pub(crate) struct Interrupted {
    /// The signal that has cancelled main, if main was there to be cancelled.
    pub(crate) first: Option<i32>,
    /// A signal that came when main had ended, or at which the loop has not looked.
    pub(crate) too_late: Option<i32>,
}

impl Interrupts {
    /// Watches `signals` for a run of `main`. Those that belong to somebody else are left alone.
    pub(crate) fn watch(event_loop: &EventLoop, main: &AnyTask, signals: &[i32]) -> Result<Self> {
        let seen = Rc::new(Seen::default());
        let mut watches = Vec::new();
        for &signal in signals {
            let on_signal = {
                let (event_loop, main, seen) = (event_loop.clone(), main.clone(), seen.clone());
                move || seen.note(signal, &event_loop, &main)
            };
            let watch = event_loop.watch_signal(signal, on_signal)?;
            watches.extend(watch.map(|watch| (signal, watch)));
        }
        Ok(Interrupts { watches, seen })
    }

    /// Ends the watch.
    pub(crate) fn end(self) -> Interrupted {
        let unseen = self
            .watches
            .into_iter()
            .filter_map(|(signal, watch)| watch.end().then_some(signal))
            // Every watch has to be ended.
            .reduce(|first, _| first);
        Interrupted {
            first: self.seen.first.get(),
            too_late: self.seen.after_main.get().or(unseen),
        }
    }
}

impl Seen {
    /// Python's `_on_sigint`.
    fn note(&self, signal: i32, event_loop: &EventLoop, main: &AnyTask) {
        if self.first.get().is_some() || self.after_main.get().is_some() {
            event_loop.raise(interruption(signal));
        } else if main.cancel() {
            self.first.set(Some(signal));
        } else {
            self.after_main.set(Some(signal));
        }
    }
}

/// The exception that a run ends with because of `signal`.
pub(crate) fn interruption(signal: i32) -> Error {
    match signal {
        SIGINT => KeyboardInterrupt::new().into(),
        _ => SignalInterrupt { signal }.into(),
    }
}
