//! [`ThreadsafeHandle`]: a callback from another thread. Mirrors `events._ThreadSafeHandle`.
//!
//! The callback lies behind a lock, which the loop keeps while it runs, so that who cancels it meanwhile waits for its
//! end. `stage` beside it is read without the lock, and tells the callback that it is inside of itself.
//!
//! What one thread allocates and another one frees costs more than all the rest. So calls are of one type, and those
//! that are over and have no handles are used again.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, PoisonError};

use crate::contextvars::ContextSnapshot;
use crate::events::CallbackOutput;
use crate::exception_handler::ignoring;
use crate::exceptions::Result;
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{Mutex, MutexGuard};

/// What [`EventLoopProxy::call_soon_threadsafe`](crate::EventLoopProxy::call_soon_threadsafe) returns: `asyncio.Handle`,
/// usable on any thread.
///
/// [`cancel`](ThreadsafeHandle::cancel) either comes before the callback, which then never runs, or waits
/// until it has returned: after it, nothing that the callback uses is in use any more.
#[derive(Clone)]
pub struct ThreadsafeHandle(Arc<Call>);

impl ThreadsafeHandle {
    /// For `job`, which the loop of the thread `home` is about to get.
    pub(crate) fn new(job: Job, home: ThreadId) -> Self {
        ThreadsafeHandle(Arc::new(Call {
            stage: AtomicU8::new(SCHEDULED),
            home,
            job: Mutex::new(Some(job)),
        }))
    }

    /// Cancels the callback; does nothing to one that has run. Blocks while it is running, except inside the
    /// callback itself: `Handle.cancel`.
    pub fn cancel(&self) {
        if !self.0.cancel_within() {
            self.0.drop_job();
            self.0.set_stage(CANCELLED);
        }
    }

    /// Whether it was cancelled, before, while or after it ran: `Handle.cancelled`.
    pub fn cancelled(&self) -> bool {
        matches!(self.0.stage(), CANCELLED | CANCELLED_WITHIN)
    }

    /// The loop's side: runs the callback if it was not cancelled.
    pub(crate) fn run(&self) -> Result<()> {
        self.0.run()
    }

    /// Whether nobody else has it.
    pub(crate) fn is_unshared(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// The same call with another job, when the first one is over and nobody else has it.
    pub(crate) fn renewed(mut self, job: Job) -> Self {
        let call = Arc::get_mut(&mut self.0).expect("unshared calls are renewed");
        call.set_stage(SCHEDULED);
        *call.job.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(job);
        self
    }
}

impl fmt::Debug for ThreadsafeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.0.stage() {
            SCHEDULED => "scheduled",
            RUNNING | CANCELLED_WITHIN => "running",
            CANCELLED => "cancelled",
            _ => "done",
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

    fn run(self) -> Result<()> {
        self.snapshot.run(|| match self.callback {
            Callback::Boxed(callback) => {
                callback();
                Ok(())
            }
            Callback::Any(callback) => callback(),
        })
    }
}

struct Call {
    stage: AtomicU8,
    /// The loop's thread.
    home: ThreadId,
    /// `None` from when it runs or is cancelled. Locked while it runs.
    job: Mutex<Option<Job>>,
}

impl Call {
    fn stage(&self) -> u8 {
        self.stage.load(Ordering::Acquire)
    }

    fn set_stage(&self, stage: u8) {
        self.stage.store(stage, Ordering::Release);
    }

    fn run(&self) -> Result<()> {
        let mut slot = lock(&self.job);
        let Some(job) = slot.take() else {
            return Ok(());
        };
        self.set_stage(RUNNING);
        // Over before the lock is.
        let _running = Running(self);
        job.run()
    }

    /// Drops the job if it is still there, and waits for it if it is running.
    fn drop_job(&self) {
        // What the callback captured may have a destructor that asks this handle.
        let job = lock(&self.job).take();
        ignoring(
            "Exception ignored while a cancelled callback was dropped",
            || drop(job),
        );
    }

    /// If this is called inside of the callback, cancels it there, and says so. Nobody else changes the stage meanwhile.
    fn cancel_within(&self) -> bool {
        let is_running = matches!(self.stage(), RUNNING | CANCELLED_WITHIN);
        let is_within = is_running && thread::current().id() == self.home;
        if is_within {
            self.set_stage(CANCELLED_WITHIN);
        }
        is_within
    }
}

/// The time in which a callback runs.
struct Running<'a>(&'a Call);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set_stage(match self.0.stage() {
            CANCELLED_WITHIN => CANCELLED,
            _ => DONE,
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Not run yet.
const SCHEDULED: u8 = 0;
/// The loop's thread is inside the callback.
const RUNNING: u8 = 1;
/// The same, and the callback has cancelled itself.
const CANCELLED_WITHIN: u8 = 2;
/// Cancelled, before it ran or after.
const CANCELLED: u8 = 3;
/// The callback has returned.
const DONE: u8 = 4;
