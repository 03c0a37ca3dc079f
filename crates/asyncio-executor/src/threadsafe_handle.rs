//! [`ThreadsafeHandle`]: a callback from another thread. Mirrors `events._ThreadSafeHandle`.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::address::Address;
use crate::contextvars::ContextSnapshot;
use crate::desk::Stage;
use crate::events::CallbackOutput;
use crate::exception_handler::ignoring;
use crate::exceptions::Result;
use crate::inbox::Inbox;
use crate::sync::atomic::{AtomicBool, Ordering};

/// What [`EventLoopProxy::call_soon_threadsafe`](crate::EventLoopProxy::call_soon_threadsafe) returns: `asyncio.Handle`,
/// usable on any thread.
///
/// [`cancel`](ThreadsafeHandle::cancel) either comes before the callback, which then never runs, or waits
/// until it has returned: after it, nothing that the callback uses is in use any more.
pub struct ThreadsafeHandle {
    call: CallId,
    /// Set by who cancels it. Made when there is a second handle, or somebody cancels.
    cancelled: OnceLock<Arc<AtomicBool>>,
}

/// Names one callback among all that were ever sent to a loop.
#[derive(Clone, Copy)]
pub(crate) struct CallId {
    /// Where its loop is found, if it is that loop which is there.
    pub(crate) address: &'static Address,
    pub(crate) event_loop: u64,
    pub(crate) number: u64,
}

impl ThreadsafeHandle {
    pub(crate) fn new(call: CallId) -> Self {
        ThreadsafeHandle {
            call,
            cancelled: OnceLock::new(),
        }
    }

    /// Cancels the callback; does nothing to one that has run. Blocks while it is running, except inside the
    /// callback itself: `Handle.cancel`.
    pub fn cancel(&self) {
        let inbox = self.inbox();
        let job = inbox.and_then(|inbox| inbox.take_back(self.call.number));
        // Not before the end of a callback that runs: until then it is not cancelled.
        self.flag().store(true, Ordering::Release);
        // What the callback captured may have a destructor that asks this handle.
        ignoring(
            "Exception ignored while a cancelled callback was dropped",
            || drop(job),
        );
    }

    /// Whether it was cancelled, before, while or after it ran: `Handle.cancelled`.
    pub fn cancelled(&self) -> bool {
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Acquire);
        self.cancelled.get().is_some_and(is_set)
    }

    fn flag(&self) -> &Arc<AtomicBool> {
        self.cancelled.get_or_init(Arc::default)
    }

    /// `None` if the loop is closed.
    fn inbox(&self) -> Option<Arc<Inbox>> {
        let inbox = self.call.address.inbox();
        inbox.filter(|inbox| inbox.is_of(self.call.event_loop))
    }
}

/// A clone is a handle to the same callback.
impl Clone for ThreadsafeHandle {
    fn clone(&self) -> Self {
        ThreadsafeHandle {
            call: self.call,
            cancelled: self.flag().clone().into(),
        }
    }
}

impl fmt::Debug for ThreadsafeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inbox = self.inbox();
        let stage = match inbox.map_or(Stage::Over, |inbox| inbox.stage(self.call.number)) {
            Stage::Running => "running",
            _ if self.cancelled() => "cancelled",
            Stage::Scheduled => "scheduled",
            Stage::Over => "done",
        };
        write!(f, "<ThreadsafeHandle {stage}>")
    }
}

/// What a call runs, and in which context.
pub(crate) struct Job {
    callback: Callback,
    snapshot: ContextSnapshot,
}

enum Callback {
    /// One that came in a box, and is not boxed again.
    Boxed(Box<dyn FnOnce() + Send>),
    /// Any other.
    Any(Box<dyn FnOnce() -> Result<()> + Send>),
}

impl Job {
    pub(crate) fn new<F, R>(callback: F, snapshot: ContextSnapshot) -> Self
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        let mut callback = Some(callback);
        let any: &mut dyn Any = &mut callback;
        let boxed = any.downcast_mut::<Option<_>>().and_then(Option::take);
        let any = || callback.map(|callback| Box::new(move || callback().into_result()) as _);
        let callback = boxed
            .map(Callback::Boxed)
            .or_else(|| any().map(Callback::Any));
        Job {
            callback: callback.expect("it is the one or the other"),
            snapshot,
        }
    }

    pub(crate) fn run(self) -> Result<()> {
        self.snapshot.run(|| match self.callback {
            Callback::Boxed(callback) => {
                callback();
                Ok(())
            }
            Callback::Any(callback) => callback(),
        })
    }
}
