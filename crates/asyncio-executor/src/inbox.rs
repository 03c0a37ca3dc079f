//! What other threads may touch of a loop: its inbox, [`EventLoopProxy`] and [`ThreadsafeHandle`].
//!
//! Mirrors `call_soon_threadsafe`, `_write_to_self` and `events._ThreadSafeHandle`. Beside `address.rs` no other file of
//! the crate is reached from a thread that is not the loop's own. `tests/loom.rs` tries every interleaving.
//!
//! # The wake-up protocol
//!
//! `state` says whether the loop has to be told of a push. A producer pushes first and then swaps in
//! `NOTIFIED`; it writes to the selector's wake-up only if it replaced `SLEEPING`. The loop announces
//! `SLEEPING` only by replacing `AWAKE`; if a producer came first it does not sleep. So no push is missed, and
//! a loop that is awake costs its producers no system call.

use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::{Arc, PoisonError};

use async_task::Runnable;
use asyncio_reactor::Notifier;
use concurrent_queue::ConcurrentQueue;

use crate::base_events::closed;
use crate::contextvars::ContextSnapshot;
use crate::events::CallbackOutput;
use crate::exception_handler::ignoring;
use crate::exceptions::{Result, RuntimeError};
use crate::schedule::{LoopRef, send};
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering, fence};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// The part of a loop that is `Send + Sync`. It outlives the loop in the wakers of its tasks.
pub(crate) struct Inbox {
    queue: ConcurrentQueue<Mail>,
    state: AtomicU8,
    /// `None` once the loop is closed, so that handles to it keep no descriptor open.
    notifier: Mutex<Option<Notifier>>,
    home: ThreadId,
    closed: AtomicBool,
    /// How many pieces of work of this loop are under way elsewhere. Only counted in virtual time.
    outside: AtomicUsize,
}

/// What another thread sends to the loop.
pub(crate) enum Mail {
    /// A task of the loop that was woken elsewhere. Not dropped with the inbox, which may be on any thread.
    Step(ManuallyDrop<Runnable<LoopRef>>),
    /// A callback.
    Call(ThreadsafeHandle),
    /// A request to stop, in its place among the callbacks.
    Stop,
}

impl Inbox {
    pub(crate) fn new(notifier: Notifier) -> Self {
        Inbox {
            queue: ConcurrentQueue::unbounded(),
            state: AtomicU8::new(AWAKE),
            notifier: Mutex::new(Some(notifier)),
            home: thread::current().id(),
            closed: AtomicBool::new(false),
            outside: AtomicUsize::new(0),
        }
    }

    /// Whether the calling thread is the loop's own.
    pub(crate) fn is_home(&self) -> bool {
        thread::current().id() == self.home
    }

    /// Sends `mail` and makes sure that the loop looks.
    pub(crate) fn push(&self, mail: Mail) {
        // The queue is unbounded and never closed, so this cannot fail.
        let _ = self.queue.push(mail);
        self.make_look();
    }

    /// Makes sure that the loop looks around once more before it sleeps.
    fn make_look(&self) {
        if self.state.swap(NOTIFIED, Ordering::AcqRel) == SLEEPING {
            self.notify();
        }
    }

    /// The loop's side, from inside of its selector: something was scheduled without mail.
    pub(crate) fn nudge(&self) {
        if self.state.load(Ordering::Relaxed) == SLEEPING {
            self.state.store(NOTIFIED, Ordering::Release);
            self.notify();
        }
    }

    /// More work is under way elsewhere.
    pub(crate) fn begin_work(&self) {
        self.outside.fetch_add(1, Ordering::Relaxed);
    }

    /// Work that was under way elsewhere is done, and its outcome was pushed before.
    pub(crate) fn end_work(&self) {
        // Pairs with `has_outside_work`: who sees the count go down finds the outcome as well.
        if self.outside.fetch_sub(1, Ordering::Release) == 1 {
            self.make_look();
        }
    }

    /// The loop's side: whether work is under way elsewhere. To be asked before [`has_notice`](Inbox::has_notice):
    /// of work that is done by then, the outcome is noticed.
    pub(crate) fn has_outside_work(&self) -> bool {
        self.outside.load(Ordering::Acquire) > 0
    }

    fn notify(&self) {
        if let Some(notifier) = &*lock(&self.notifier) {
            notifier.notify();
        }
    }

    /// The loop's side: nobody will sleep any more.
    pub(crate) fn forget_notifier(&self) {
        let notifier = lock(&self.notifier).take();
        drop(notifier);
    }

    /// The loop's side: whether anything was pushed since the last call. One atomic load while nothing was.
    pub(crate) fn take_notice(&self) -> bool {
        self.has_notice() && self.state.swap(AWAKE, Ordering::AcqRel) == NOTIFIED
    }

    /// The loop's side: whether [`take_notice`](Inbox::take_notice) would say yes.
    pub(crate) fn has_notice(&self) -> bool {
        self.state.load(Ordering::Acquire) == NOTIFIED
    }

    /// The loop's side: announces that the loop will block. False if it must not, because there is mail.
    pub(crate) fn fall_asleep(&self) -> bool {
        self.state
            .compare_exchange(AWAKE, SLEEPING, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// The loop's side: back from blocking, whatever ended it.
    pub(crate) fn wake_up(&self) {
        // Fails if mail came, and then `NOTIFIED` has to stay.
        let _ = self
            .state
            .compare_exchange(SLEEPING, AWAKE, Ordering::AcqRel, Ordering::Acquire);
    }

    pub(crate) fn pop(&self) -> Option<Mail> {
        self.queue.pop().ok()
    }

    /// From now on proxies refuse callbacks. Steps still arrive: the loop collects them.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        // Pairs with the one in `call_soon_threadsafe`: either the loop finds the callback, or its sender the flag.
        fence(Ordering::SeqCst);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn check_open(&self) -> Result<(), RuntimeError> {
        match self.is_closed() {
            true => Err(closed()),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

/// The handle to a loop that other threads may hold: `loop.call_soon_threadsafe` and its kin.
///
/// A cheap clone. It does not keep the loop alive; once the loop is closed its methods fail.
///
/// ```
/// let event_loop = asyncio_executor::new_event_loop()?;
/// let proxy = event_loop.proxy();
/// let other = std::thread::spawn(move || {
///     let stopper = proxy.clone();
///     proxy.call_soon_threadsafe(move || stopper.stop()).map(drop)
/// });
/// event_loop.run_forever()?;
/// other.join().unwrap()?;
/// event_loop.close()?;
/// # Ok::<(), asyncio_executor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EventLoopProxy(Arc<Inbox>);

impl EventLoopProxy {
    pub(crate) fn new(inbox: Arc<Inbox>) -> Self {
        EventLoopProxy(inbox)
    }

    /// Schedules `callback` on the loop's thread, in a copy of the calling thread's context, and wakes the
    /// loop: `loop.call_soon_threadsafe`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn call_soon_threadsafe<F, R>(&self, callback: F) -> Result<ThreadsafeHandle, RuntimeError>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        self.schedule(callback, ContextSnapshot::current())
    }

    /// As [`call_soon_threadsafe`](EventLoopProxy::call_soon_threadsafe), in a context with the values of `snapshot`:
    /// `loop.call_soon_threadsafe(..., context=context)`. A context itself stays on its thread;
    /// [`Context::snapshot`](crate::Context::snapshot) makes one to carry.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn call_soon_threadsafe_in<F, R>(
        &self,
        snapshot: &ContextSnapshot,
        callback: F,
    ) -> Result<ThreadsafeHandle, RuntimeError>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        self.schedule(callback, snapshot.clone())
    }

    fn schedule<F, R>(
        &self,
        callback: F,
        snapshot: ContextSnapshot,
    ) -> Result<ThreadsafeHandle, RuntimeError>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        self.0.check_open()?;
        let handle = ThreadsafeHandle::new(move || callback().into_result(), snapshot);
        send(&self.0, Mail::Call(handle.clone()));
        fence(Ordering::SeqCst);
        if self.0.is_closed() && handle.withdraw() {
            return Err(closed());
        }
        Ok(handle)
    }

    /// Stops the loop after the iteration in which it sees the request: `loop.stop` from another thread.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn stop(&self) -> Result<(), RuntimeError> {
        self.0.check_open()?;
        send(&self.0, Mail::Stop);
        Ok(())
    }

    /// Whether the loop is closed: `loop.is_closed()`.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl PartialEq for EventLoopProxy {
    /// Whether both are handles to the same loop.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What [`EventLoopProxy::call_soon_threadsafe`] returns: `asyncio.Handle`, usable on any thread.
///
/// [`cancel`](ThreadsafeHandle::cancel) either comes before the callback, which then never runs, or waits
/// until it has returned: after it, nothing that the callback uses is in use any more.
#[derive(Clone)]
pub struct ThreadsafeHandle(Arc<ThreadsafeCall>);

struct ThreadsafeCall {
    stage: Mutex<Stage>,
    returned: Condvar,
    snapshot: ContextSnapshot,
}

enum Stage {
    /// Not run yet.
    Scheduled(Box<dyn FnOnce() -> Result<()> + Send>),
    /// The loop's thread is inside the callback.
    Running(ThreadId),
    /// The same, and the callback has cancelled itself.
    CancelledWithin(ThreadId),
    /// Cancelled, before it ran or after.
    Cancelled,
    /// The callback has returned.
    Done,
}

impl ThreadsafeHandle {
    fn new(
        callback: impl FnOnce() -> Result<()> + Send + 'static,
        snapshot: ContextSnapshot,
    ) -> Self {
        ThreadsafeHandle(Arc::new(ThreadsafeCall {
            stage: Mutex::new(Stage::Scheduled(Box::new(callback))),
            returned: Condvar::new(),
            snapshot,
        }))
    }

    /// Cancels the callback; does nothing to one that has run. Blocks while it is running, except inside the
    /// callback itself: `Handle.cancel`.
    pub fn cancel(&self) {
        let mut stage = self.lock();
        while let Stage::Running(thread) | Stage::CancelledWithin(thread) = *stage {
            if thread == thread::current().id() {
                *stage = Stage::CancelledWithin(thread);
                return;
            }
            stage = self
                .0
                .returned
                .wait(stage)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let callback = std::mem::replace(&mut *stage, Stage::Cancelled);
        drop(stage);
        // What the callback captured may have a destructor that asks this handle.
        ignoring(
            "Exception ignored while a cancelled callback was dropped",
            || drop(callback),
        );
    }

    /// Whether it was cancelled, before, while or after it ran: `Handle.cancelled`.
    pub fn cancelled(&self) -> bool {
        matches!(*self.lock(), Stage::Cancelled | Stage::CancelledWithin(_))
    }

    /// Cancels the callback if it has not run; whether that was so.
    fn withdraw(&self) -> bool {
        let is_scheduled = matches!(*self.lock(), Stage::Scheduled(_));
        if is_scheduled {
            self.cancel();
        }
        is_scheduled
    }

    /// The loop's side: runs the callback if it was not cancelled.
    pub(crate) fn run(&self) -> Result<()> {
        struct Return<'a>(&'a ThreadsafeHandle);
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                let mut stage = self.0.lock();
                *stage = match *stage {
                    Stage::CancelledWithin(_) => Stage::Cancelled,
                    _ => Stage::Done,
                };
                self.0.0.returned.notify_all();
            }
        }
        let mut stage = self.lock();
        if !matches!(*stage, Stage::Scheduled(_)) {
            return Ok(());
        }
        let running = Stage::Running(thread::current().id());
        let Stage::Scheduled(callback) = std::mem::replace(&mut *stage, running) else {
            unreachable!("tested above")
        };
        drop(stage);
        let _return = Return(self);
        self.0.snapshot.clone().run(callback)
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        lock(&self.0.stage)
    }
}

impl fmt::Debug for ThreadsafeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match *self.lock() {
            Stage::Scheduled(_) => "scheduled",
            Stage::Running(_) | Stage::CancelledWithin(_) => "running",
            Stage::Cancelled => "cancelled",
            Stage::Done => "done",
        };
        write!(f, "<ThreadsafeHandle {stage}>")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The loop is busy and will look at `state` before it sleeps.
const AWAKE: u8 = 0;
/// The loop blocks, or is about to, and must be woken.
const SLEEPING: u8 = 1;
/// There may be mail, and whoever put it there has seen to the wake-up.
const NOTIFIED: u8 = 2;
