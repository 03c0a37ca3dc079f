//! What other threads may touch of a loop: its inbox and [`EventLoopProxy`].
//!
//! Mirrors `call_soon_threadsafe` and `_write_to_self`. Beside `desk.rs`, `threadsafe_handle.rs` and `address.rs` no other
//! file of the crate is reached from a thread that is not the loop's own. `tests/loom` tries every interleaving.
//!
//! # The wake-up protocol
//!
//! `state` says whether the loop has to be told of mail. Whoever puts the first piece into an empty box sets `NOTIFIED`
//! under the box's lock, and writes to the selector's wake-up if `SLEEPING` was set alone. The loop sets `SLEEPING` before
//! it blocks; if a sender came first it does not block. It takes all the mail at once, and `NOTIFIED` away, under the lock.
//! So no mail is missed, and a loop that is awake costs its senders no system call.
//!
//! There is a lock, and not a lock-free queue, because the loop then takes a batch at the price of one piece: what costs
//! is what moves between two processors.

use std::fmt;
use std::mem::{self, ManuallyDrop};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError};

use async_task::Runnable;
use asyncio_reactor::Notifier;

use crate::address::Address;
use crate::base_events::{Entry, closed};
use crate::contextvars::ContextSnapshot;
use crate::desk::{Desk, Stage};
use crate::events::CallbackOutput;
use crate::exceptions::{Result, RuntimeError};
use crate::schedule::{LoopRef, home_loop};
use crate::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{Mutex, MutexGuard};
use crate::threadsafe_handle::{CallId, Job, ThreadsafeHandle};

/// The part of a loop that is `Send + Sync`. It outlives the loop in the wakers of its tasks.
pub(crate) struct Inbox {
    letterbox: Apart<Mutex<Letterbox>>,
    desk: Apart<Desk>,
    /// Of [`NOTIFIED`] and [`SLEEPING`] those that hold.
    state: AtomicU8,
    /// `None` once the loop is closed, so that handles to it keep no descriptor open.
    notifier: Mutex<Option<Notifier>>,
    home: ThreadId,
    /// Another one for every loop.
    event_loop: u64,
    address: &'static Address,
    /// How many pieces of work of this loop are under way elsewhere. Only counted in virtual time.
    outside: AtomicUsize,
}

/// What shares no cache line with anything else: one is the senders', the other one the loop's.
#[repr(align(128))]
struct Apart<T>(T);

/// What senders and the loop exchange.
#[derive(Default)]
struct Letterbox {
    mail: Vec<Mail>,
    /// How many pieces were ever sent: the number of the next one.
    sent: u64,
    is_closed: bool,
}

/// What another thread sends to the loop.
pub(crate) enum Mail {
    /// A task of the loop that was woken elsewhere. Not dropped with the inbox, which may be on any thread.
    Step(ManuallyDrop<Runnable<LoopRef>>),
    /// A callback, unless it was cancelled.
    Call(Option<Job>),
    /// A request to stop, in its place among the callbacks.
    Stop,
}

impl Letterbox {
    /// The callback of that number, if it is still here.
    fn call_mut(&mut self, number: u64) -> Option<&mut Option<Job>> {
        let first = self.sent - self.mail.len() as u64;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        match self.mail.get_mut(index) {
            Some(Mail::Call(job)) => Some(job),
            _ => None,
        }
    }
}

impl Inbox {
    pub(crate) fn new(notifier: Notifier, address: &'static Address) -> Self {
        Inbox {
            letterbox: Apart(Mutex::default()),
            desk: Apart(Desk::new()),
            state: AtomicU8::new(0),
            notifier: Mutex::new(Some(notifier)),
            home: thread::current().id(),
            event_loop: LOOPS.fetch_add(1, Ordering::Relaxed),
            address,
            outside: AtomicUsize::new(0),
        }
    }

    /// Whether it is the inbox of the loop of that number.
    pub(crate) fn is_of(&self, event_loop: u64) -> bool {
        self.event_loop == event_loop
    }

    /// Whether the calling thread is the loop's own.
    pub(crate) fn is_home(&self) -> bool {
        thread::current().id() == self.home
    }

    /// Sends a step, which arrives even if the loop is being closed: it collects them.
    pub(crate) fn send_step(&self, step: Runnable<LoopRef>) {
        self.put(lock(&self.letterbox.0), Mail::Step(ManuallyDrop::new(step)));
    }

    fn send_stop(&self) -> Result<(), RuntimeError> {
        self.put(self.open()?, Mail::Stop);
        Ok(())
    }

    fn send_call(&self, job: Job) -> Result<ThreadsafeHandle, RuntimeError> {
        let letterbox = self.open()?;
        let handle = self.handle(letterbox.sent);
        self.put(letterbox, Mail::Call(Some(job)));
        Ok(handle)
    }

    /// A handle to the callback of that number.
    pub(crate) fn handle(&self, number: u64) -> ThreadsafeHandle {
        ThreadsafeHandle::new(CallId {
            address: self.address,
            event_loop: self.event_loop,
            number,
        })
    }

    /// Takes back a callback that has not begun. Waits for the end of one that runs, but not inside of it.
    pub(crate) fn take_back(&self, number: u64) -> Option<Job> {
        if let Some(job) = lock(&self.letterbox.0).call_mut(number) {
            return job.take();
        }
        self.desk.0.take_back(number, self.is_home())
    }

    /// Where a callback is.
    pub(crate) fn stage(&self, number: u64) -> Stage {
        match lock(&self.letterbox.0).call_mut(number) {
            Some(Some(_)) => Stage::Scheduled,
            Some(None) => Stage::Over,
            None => self.desk.0.stage(number),
        }
    }

    /// The loop's side: runs a callback, unless it was cancelled.
    pub(crate) fn run_call(&self, number: u64) -> Result<()> {
        self.desk.0.run(number)
    }

    /// The loop's side: hands a callback that is not to run to `drop`, unless it was cancelled.
    pub(crate) fn discard_call(&self, number: u64, drop: impl FnOnce(Job)) {
        self.desk.0.discard(number, drop);
    }

    /// The letterbox of a loop that is not closed.
    fn open(&self) -> Result<MutexGuard<'_, Letterbox>, RuntimeError> {
        let letterbox = lock(&self.letterbox.0);
        match letterbox.is_closed {
            true => Err(closed()),
            false => Ok(letterbox),
        }
    }

    fn put(&self, mut letterbox: MutexGuard<'_, Letterbox>, mail: Mail) {
        let is_first = letterbox.mail.is_empty();
        letterbox.mail.push(mail);
        letterbox.sent += 1;
        let must_wake = is_first && self.set_notice();
        drop(letterbox);
        if must_wake {
            self.notify();
        }
    }

    /// Whether the loop has to be woken for it to see the notice.
    fn set_notice(&self) -> bool {
        let before = self.state.fetch_or(NOTIFIED, Ordering::AcqRel);
        before & (SLEEPING | NOTIFIED) == SLEEPING
    }

    /// Makes sure that the loop looks around once more before it sleeps.
    fn make_look(&self) {
        if self.set_notice() {
            self.notify();
        }
    }

    /// The loop's side, from inside of its selector: something was scheduled without mail.
    pub(crate) fn nudge(&self) {
        if self.state.load(Ordering::Relaxed) & SLEEPING != 0 {
            self.make_look();
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

    /// The loop's side: whether to [`collect`](Inbox::collect). One atomic load.
    #[inline]
    pub(crate) fn has_notice(&self) -> bool {
        self.state.load(Ordering::Acquire) & NOTIFIED != 0
    }

    /// The loop's side: takes all the mail, for which it leaves the empty `room`, and hands its entries to `ready`.
    /// Callbacks wait at the desk from now on.
    pub(crate) fn collect(&self, room: &mut Vec<Mail>, mut ready: impl FnMut(Entry)) {
        let mut letterbox = lock(&self.letterbox.0);
        let count = letterbox.mail.len();
        if room.capacity() > most_kept(count) {
            *room = Vec::new();
        }
        self.state.fetch_and(!NOTIFIED, Ordering::AcqRel);
        mem::swap(&mut letterbox.mail, room);
        let first = letterbox.sent - count as u64;
        // A callback is always at one of both places: who looks for it here waits.
        let mut desk = self.desk.0.receive(count);
        drop(letterbox);
        for (number, mail) in (first..).zip(room.drain(..)) {
            match mail {
                Mail::Step(runnable) => ready(Entry::Step(ManuallyDrop::into_inner(runnable))),
                Mail::Call(Some(job)) => {
                    desk.put(number, job);
                    ready(Entry::Threadsafe(number));
                }
                Mail::Call(None) => {}
                Mail::Stop => ready(Entry::Stop),
            }
        }
    }

    /// The loop's side: announces that the loop will block. False if it must not, because there is mail.
    pub(crate) fn fall_asleep(&self) -> bool {
        let must_look = self.state.fetch_or(SLEEPING, Ordering::AcqRel) & NOTIFIED != 0;
        if must_look {
            self.wake_up();
        }
        !must_look
    }

    /// The loop's side: back from blocking, whatever ended it.
    pub(crate) fn wake_up(&self) {
        self.state.fetch_and(!SLEEPING, Ordering::AcqRel);
    }

    /// From now on proxies refuse callbacks.
    pub(crate) fn close(&self) {
        lock(&self.letterbox.0).is_closed = true;
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
        let handle = self.0.send_call(Job::new(callback, snapshot))?;
        self.read_at_home();
        Ok(handle)
    }

    /// Stops the loop after the iteration in which it sees the request: `loop.stop` from another thread.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn stop(&self) -> Result<(), RuntimeError> {
        self.0.send_stop()?;
        self.read_at_home();
        Ok(())
    }

    /// What the loop's own thread sends keeps its place among what that schedules without mail.
    fn read_at_home(&self) {
        if let Some(event_loop) = home_loop(&self.0) {
            event_loop.state().read_mail();
        }
    }

    /// Whether the loop is closed: `loop.is_closed()`.
    pub fn is_closed(&self) -> bool {
        lock(&self.0.letterbox.0).is_closed
    }
}

impl PartialEq for EventLoopProxy {
    /// Whether both are handles to the same loop.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For how many pieces of mail room is kept, of as many as come at a time: four times that, or 32 KiB.
pub(crate) fn most_kept(count: usize) -> usize {
    (4 * count).max(1024)
}

/// There may be mail, and whoever put it there has seen to the wake-up.
const NOTIFIED: u8 = 1;
/// The loop blocks, or is about to, and must be woken.
const SLEEPING: u8 = 2;

/// How many loops there were.
static LOOPS: AtomicU64 = AtomicU64::new(0);
