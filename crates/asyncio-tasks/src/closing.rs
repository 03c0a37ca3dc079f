//! What a loop ends before it is closed: its asynchronous generators and its default executor. Mirrors
//! `shutdown_asyncgens` and `shutdown_default_executor` of `asyncio.base_events`.
//!
//! Every run asks for both. How they are ended is noted when there is something to end, so that only programs
//! which have asynchronous generators, or jobs for threads, contain it.

use std::cell::Cell;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, Result};

use crate::tasks::AnyCoro;

/// One of the two.
#[derive(Clone, Copy)]
pub(crate) enum Closing {
    /// Closes the asynchronous generators that have begun.
    AsyncGenerators,
    /// Ends the default executor, and waits for its threads for so many seconds.
    DefaultExecutor(Option<f64>),
}

/// Ends what there is of one kind.
pub(crate) type Close = fn(EventLoop, Closing) -> AnyCoro<()>;

impl Closing {
    /// Ends it.
    pub(crate) async fn run(self, event_loop: EventLoop) -> Result<()> {
        let close = self.with_state(&event_loop, |state| {
            state.was_called.set(true);
            state.close.get()
        });
        match close {
            Some(close) => close(event_loop, self).await,
            None => Ok(()),
        }
    }

    /// Whether [`run`](Closing::run) was called.
    pub(crate) fn was_called(self, event_loop: &EventLoop) -> bool {
        self.with_state(event_loop, |state| state.was_called.get())
    }

    /// There is something to end from now on.
    pub(crate) fn needs(self, event_loop: &EventLoop, close: Close) {
        self.with_state(event_loop, |state| state.close.set(Some(close)));
    }

    fn with_state<R>(self, event_loop: &EventLoop, look: impl FnOnce(&State) -> R) -> R {
        let states = event_loop.extension::<States>();
        match self {
            Closing::AsyncGenerators => look(&states.async_generators),
            Closing::DefaultExecutor(_) => look(&states.default_executor),
        }
    }
}

/// Those of one loop.
#[derive(Default)]
struct States {
    async_generators: State,
    default_executor: State,
}

#[derive(Default)]
struct State {
    was_called: Cell<bool>,
    /// `None` while there is nothing to end.
    close: Cell<Option<Close>>,
}
