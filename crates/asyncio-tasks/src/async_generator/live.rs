//! The generators that a loop has to close: those that have begun and not ended. Mirrors `_asyncgens` of
//! `asyncio.base_events` and its hooks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::rc::{Rc, Weak};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    ContextCell, ContextThing, Error, EventLoop, ExceptionContext, Result, log, try_running_loop,
};

use super::GeneratorExit;
use super::state::Body;
use crate::closing::Closing;
use crate::tasks::{Task, TaskOptions, gather, with_current};

/// A generator of whatever type, as its loop closes it.
pub(super) trait Closable: fmt::Debug {
    /// `aclose()`, with `exit` as what the body sees.
    fn close(self: Rc<Self>, exit: Error) -> Body;
}

/// Those of one loop, in the order in which they began.
#[derive(Default)]
struct Live {
    generators: RefCell<BTreeMap<u64, Weak<dyn Closable>>>,
    begun: Cell<u64>,
    shutdown_called: Cell<bool>,
}

impl Live {
    /// From the first generator on there may be some to close.
    fn first(&self, event_loop: &EventLoop) {
        let closing = Closing::AsyncGenerators;
        self.shutdown_called.set(closing.was_called(event_loop));
        closing.needs(event_loop, |event_loop, _| {
            Box::pin(shutdown_asyncgens(event_loop))
        });
    }
}

/// A generator's place among those of its loop, until this is dropped.
pub(super) struct Registration {
    event_loop: EventLoop,
    live: Rc<Live>,
    number: u64,
}

impl Registration {
    /// Python's `_asyncgen_firstiter_hook`. `None` where no loop runs.
    pub(super) fn new(generator: Weak<dyn Closable>, text: &dyn fmt::Debug) -> Option<Self> {
        let event_loop = try_running_loop()?;
        let live = event_loop.extension::<Live>();
        if live.begun.get() == 0 {
            live.first(&event_loop);
        }
        if live.shutdown_called.get() {
            log::warning(format_args!(
                "asynchronous generator {text:?} was scheduled after loop.shutdown_asyncgens() call"
            ));
        }
        let number = live.begun.get();
        live.begun.set(number + 1);
        live.generators.borrow_mut().insert(number, generator);
        Some(Registration {
            event_loop,
            live,
            number,
        })
    }

    /// Python's `_asyncgen_finalizer_hook`. On a closed loop the generator is just dropped.
    pub(super) fn close_soon(self, generator: Rc<dyn Closable>, at: &'static Location<'static>) {
        let event_loop = self.event_loop.clone();
        drop(self);
        event_loop.schedule_in(ContextCell::copy_current(), at, move || {
            let closing = async move { generator.close(exit_of_current()).await };
            let task = Task::spawn(&EventLoop::current(), closing, TaskOptions::default(), at);
            task.state.head.kind.begin_although_cancelled();
        });
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.live.generators.borrow_mut().remove(&self.number);
    }
}

/// What the body sees when the current task begins to close its generator: the request, if that was cancelled before.
fn exit_of_current() -> Error {
    let request = with_current(|task| task.and_then(|task| task.part().take_request()));
    request.map_or_else(|| GeneratorExit.into(), Error::from)
}

/// Python's `loop.shutdown_asyncgens`.
async fn shutdown_asyncgens(event_loop: EventLoop) -> Result<()> {
    let live = event_loop.extension::<Live>();
    live.shutdown_called.set(true);
    let generators = live.generators.take().into_values();
    let generators: Vec<_> = generators.filter_map(|weak| weak.upgrade()).collect();
    if generators.is_empty() {
        return Ok(());
    }
    let close = |generator: &Rc<dyn Closable>| generator.clone().close(GeneratorExit.into());
    let closing = generators.iter().map(close);
    let outcomes = gather(closing).return_exceptions().await?;
    for (generator, outcome) in generators.into_iter().zip(outcomes) {
        if let Err(error) = outcome
            && !error.is_cancelled()
        {
            let message = "an error occurred during closing of asynchronous generator";
            let report = ExceptionContext::new(format!("{message} {generator:?}"))
                .with_exception(error)
                .with("asyncgen", Closed(generator));
            event_loop.call_exception_handler(&report);
        }
    }
    Ok(())
}

/// A generator, for an [`ExceptionContext`].
struct Closed(Rc<dyn Closable>);

impl ContextThing for Closed {}

impl fmt::Debug for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
