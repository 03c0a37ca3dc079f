//! [`EventLoop`]: one FIFO ready queue of callbacks and task steps, timers, and descriptors.
//!
//! Mirrors the loop core of `asyncio.base_events` and the reader and writer methods of
//! `asyncio.selector_events`.

mod close;
mod layers;
mod pace;
mod ready;
mod run_forever;
mod run_once;

pub use layers::LoopLayer;
use pace::Pace;
pub(crate) use ready::{Entry, Ready};
pub use run_forever::RunForever;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::ManuallyDrop;
use std::num::NonZeroU32;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Waker;

use async_task::Runnable;
use asyncio_reactor::Clock;

use crate::address::Address;
use crate::builder::{EventLoopBuilder, Settings};
use crate::contextvars::{Context, ContextCell, ContextSnapshot};
use crate::crowd::Crowd;
use crate::current::{RunningTask, enter_loop};
use crate::delay::IntoDelay;
use crate::events::{CallbackOutput, Handle, TimerHandle};
use crate::exception_handler::ExceptionHandler;
use crate::exceptions::{Error, Result, RuntimeError};
use crate::inbox::{EventLoopProxy, Inbox, Mail};
use crate::observe::{Observers, SlowSteps, StepObserver};
use crate::readers::Readers;
use crate::schedule::{self, LoopRef};
use crate::shuffle::Deal;
use crate::threadsafe_handle::ThreadsafeHandle;
use crate::timers::Timers;
use crate::watchdog::{self, Watchdog};

/// The event loop: `asyncio.AbstractEventLoop`, as far as it needs no futures.
///
/// A cheap clone that stays on its thread. Everything runs in the order in which it was scheduled; see
/// [`call_soon`](EventLoop::call_soon).
///
/// A loop ought to be [closed](EventLoop::close). One that is not is closed, with a warning, when its last handle is
/// dropped; with unfinished tasks, which know their loop, when its thread ends.
///
/// What belongs to a loop stays on its thread; [`EventLoopProxy`] is for the others:
///
/// ```compile_fail
/// let event_loop = asyncio_executor::new_event_loop().unwrap();
/// std::thread::spawn(move || event_loop.stop());
/// ```
///
/// ```
/// let event_loop = asyncio_executor::new_event_loop()?;
/// event_loop.call_later(0.001, { let event_loop = event_loop.clone(); move || event_loop.stop() });
/// event_loop.call_soon(|| println!("first"));
/// event_loop.call_soon(|| println!("second"));
/// event_loop.run_forever()?;
/// event_loop.close()?;
/// # Ok::<(), asyncio_executor::Error>(())
/// ```
#[derive(Clone)]
pub struct EventLoop(Rc<LoopState>);

/// The loop behind its handles.
pub(crate) struct LoopState {
    ready: RefCell<Ready>,
    timers: Rc<Timers>,
    /// `None` once the loop is closed.
    pub(crate) readers: RefCell<Option<Readers>>,
    clock: Rc<dyn Clock>,
    /// In seconds.
    clock_resolution: f64,
    /// Whether time jumps instead of passing.
    virtual_time: bool,
    /// The time when the clock was last read.
    cached_now: Cell<f64>,
    pace: Pace,
    /// How many callbacks of descriptors were last appended at most.
    callbacks_at_once: Cell<usize>,
    /// Whether a transport has received much since callbacks of descriptors were last appended.
    received_much: Cell<bool>,
    /// Deals the steps of an iteration anew, if somebody wants that.
    shuffle: Option<Deal>,
    inbox: Arc<Inbox>,
    /// Room for mail.
    post: RefCell<Vec<Mail>>,
    address: &'static Address,
    /// The unfinished tasks: the loop owns them, so that none vanishes (TASK-21).
    tasks: RefCell<Crowd<Rc<dyn LoopTask>>>,
    phase: Cell<Phase>,
    /// Where it was created.
    location: &'static Location<'static>,
    stopping: Cell<bool>,
    /// What ends the current run at once: a `KeyboardInterrupt` or its kin.
    raised: RefCell<Option<Error>>,
    /// Whether `raised` is set.
    interrupted: Cell<bool>,
    /// Set by a signal for which the loop has not looked.
    pub(crate) alarm: Arc<AtomicBool>,
    pub(crate) exception_handler: RefCell<Option<ExceptionHandler>>,
    observers: Observers,
    debug: Cell<bool>,
    /// While debug mode is on.
    slow_steps: RefCell<Option<Rc<dyn StepObserver>>>,
    slow_callback_duration: Cell<f64>,
    watchdog: RefCell<Option<Rc<dyn StepObserver>>>,
    task_making: Cell<TaskMaking>,
    extensions: RefCell<Vec<Rc<dyn Any>>>,
}

/// Where a loop is in its life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not running; may be run.
    Idle,
    /// Inside `run_forever`.
    Running,
    /// Closed for good.
    Closed,
}

/// An unfinished task, as the loop that owns it sees it. Its `Debug` is what reports call it.
pub trait LoopTask: RunningTask + fmt::Debug {
    /// The task's waker, once it has suspended: the loop uses it to get hold of the coroutine when it closes.
    fn waker(&self) -> Option<Waker>;

    /// The loop was closed and the coroutine dropped before the task was done.
    fn destroyed(self: Rc<Self>);

    /// Writes what the suspended task waits for, in one line: for a [`DeadlockError`](crate::DeadlockError).
    fn waits_for(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something unknown")
    }
}

/// How the new tasks of a loop come into being: what a task factory says, in one byte for the path of every task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskMaking {
    /// There is no task factory.
    #[default]
    Plain,
    /// The task factory is the one that starts tasks eagerly and does nothing else.
    Eager,
    /// A task factory of the program makes them.
    Factory,
}

/// Names a task among those that its loop owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskKey(NonZeroU32);

impl TaskKey {
    #[inline]
    fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        TaskKey(number.expect("fewer than 2^32 tasks at a time"))
    }

    #[inline]
    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl EventLoop {
    /// A builder for a loop with other than the default settings.
    pub fn builder() -> EventLoopBuilder {
        EventLoopBuilder::new()
    }

    pub(crate) fn new(settings: Settings) -> Self {
        let address = Address::lease();
        let inbox = Arc::new(Inbox::new(settings.selector.notifier(), address));
        address.admit(&inbox);
        let state = Rc::new(LoopState {
            ready: RefCell::default(),
            timers: Rc::default(),
            readers: RefCell::new(Some(Readers::new(settings.selector))),
            cached_now: Cell::new(settings.clock.time()),
            virtual_time: settings.clock.as_virtual().is_some(),
            clock_resolution: settings.clock.resolution(),
            clock: settings.clock,
            pace: Pace::new(settings.poll_interval),
            callbacks_at_once: Cell::new(0),
            received_much: Cell::new(false),
            shuffle: settings.shuffle,
            address,
            inbox,
            post: RefCell::default(),
            tasks: RefCell::default(),
            phase: Cell::new(Phase::Idle),
            location: settings.location,
            stopping: Cell::new(false),
            raised: RefCell::new(None),
            interrupted: Cell::new(false),
            alarm: Arc::default(),
            exception_handler: RefCell::new(None),
            observers: Observers::default(),
            debug: Cell::new(false),
            slow_steps: RefCell::default(),
            slow_callback_duration: Cell::new(SLOW_CALLBACK_DURATION),
            watchdog: RefCell::default(),
            task_making: Cell::default(),
            extensions: RefCell::default(),
        });
        schedule::register_home(Rc::downgrade(&state));
        let event_loop = EventLoop(state);
        event_loop.set_debug(settings.debug);
        event_loop
    }

    /// Schedules `callback` for the next iteration, after everything that is scheduled already, in a copy of the
    /// current context: `loop.call_soon`.
    ///
    /// # Panics
    ///
    /// If the loop is closed. A panic of the callback goes to the exception handler.
    #[track_caller]
    pub fn call_soon<F, R>(&self, callback: F) -> Handle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.schedule_soon(callback, ContextCell::copy_current())
    }

    /// As [`call_soon`](EventLoop::call_soon), in `context`: `loop.call_soon(..., context=context)`.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    #[track_caller]
    pub fn call_soon_in<F, R>(&self, context: &Context, callback: F) -> Handle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.schedule_soon(callback, ContextCell::from(context.clone()))
    }

    /// Schedules `callback` in `delay`: `loop.call_later`. A delay of zero or less still goes through the
    /// timers, so what is scheduled with `call_soon` in the same iteration runs first.
    ///
    /// # Panics
    ///
    /// If the loop is closed or the delay is NaN.
    #[track_caller]
    pub fn call_later<F, R>(&self, delay: impl IntoDelay, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.call_at(self.time() + delay.into_delay(), callback)
    }

    /// Schedules `callback` for the time `when`, in seconds of [`time`](EventLoop::time): `loop.call_at`.
    ///
    /// # Panics
    ///
    /// If the loop is closed or `when` is NaN.
    #[track_caller]
    pub fn call_at<F, R>(&self, when: f64, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.schedule_at(when, callback, ContextCell::copy_current())
    }

    /// As [`call_later`](EventLoop::call_later), in `context`: `loop.call_later(..., context=context)`.
    ///
    /// # Panics
    ///
    /// If the loop is closed or the delay is NaN.
    #[track_caller]
    pub fn call_later_in<F, R>(
        &self,
        context: &Context,
        delay: impl IntoDelay,
        callback: F,
    ) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.call_at_in(context, self.time() + delay.into_delay(), callback)
    }

    /// As [`call_at`](EventLoop::call_at), in `context`: `loop.call_at(..., context=context)`.
    ///
    /// # Panics
    ///
    /// If the loop is closed or `when` is NaN.
    #[track_caller]
    pub fn call_at_in<F, R>(&self, context: &Context, when: f64, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.schedule_at(when, callback, ContextCell::from(context.clone()))
    }

    /// Schedules `callback` from any thread; see [`EventLoopProxy`]: `loop.call_soon_threadsafe`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn call_soon_threadsafe<F, R>(&self, callback: F) -> Result<ThreadsafeHandle, RuntimeError>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        self.proxy().call_soon_threadsafe(callback)
    }

    /// As [`call_soon_threadsafe`](EventLoop::call_soon_threadsafe), in a context with the values of `snapshot`; see
    /// [`EventLoopProxy::call_soon_threadsafe_in`].
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
        self.proxy().call_soon_threadsafe_in(snapshot, callback)
    }

    /// The handle to this loop for other threads.
    pub fn proxy(&self) -> EventLoopProxy {
        EventLoopProxy::new(self.0.inbox.clone())
    }

    /// The loop's clock, in seconds from an arbitrary start: `loop.time`.
    pub fn time(&self) -> f64 {
        let now = self.0.clock.time();
        self.0.cached_now.set(now);
        now
    }

    /// Ends the run after the current iteration: `loop.stop`. Before the run, makes it one iteration long.
    pub fn stop(&self) {
        self.0.stopping.set(true);
    }

    /// Whether the loop is running: `loop.is_running`.
    pub fn is_running(&self) -> bool {
        self.0.phase.get() == Phase::Running
    }

    /// Whether the loop is closed: `loop.is_closed`.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.0.phase.get() == Phase::Closed
    }

    /// Drops everything that is scheduled, and the unfinished tasks: `loop.close`. Does nothing the second time.
    ///
    /// If a thread is waking one of the tasks at this moment, waits until it has done so.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is running.
    pub fn close(&self) -> Result<(), RuntimeError> {
        if self.is_running() {
            return Err(RuntimeError::with_message(
                "Cannot close a running event loop",
            ));
        }
        // Wake-ups of the tasks that are dropped find their way home faster while the loop counts as running.
        let _running = enter_loop(self.clone()).ok();
        self.0.close();
        Ok(())
    }

    /// Whether debug mode is on: `loop.get_debug`.
    pub fn get_debug(&self) -> bool {
        self.0.debug.get()
    }

    /// Switches debug mode: `loop.set_debug`. It reports callbacks and steps that take long, and what is otherwise not
    /// worth a report.
    pub fn set_debug(&self, enabled: bool) {
        if self.0.debug.replace(enabled) == enabled || self.is_closed() {
            return;
        }
        let observer = enabled.then(|| Rc::new(SlowSteps::default()) as Rc<dyn StepObserver>);
        self.replace_observer(&self.0.slow_steps, observer);
    }

    /// Starts a thread that reports a step or a callback which blocks the loop for longer than `limit`, while it still
    /// does; with `None`, ends and joins it. Closing the loop does so as well. asyncio has no counterpart.
    ///
    /// The report is a warning that names the task and where it was created; another one follows when the step
    /// is over. While it watches, a step costs some hundred nanoseconds more. While the loop waits, the thread sleeps.
    ///
    /// # Errors
    ///
    /// `ValueError` unless the limit is a finite time above zero, `OSError` if there can be no thread, `RuntimeError` if the
    /// loop is closed.
    ///
    /// ```
    /// let event_loop = asyncio_executor::new_event_loop()?;
    /// event_loop.set_watchdog(Some(1.0))?;
    /// event_loop.close()?;
    /// # Ok::<(), asyncio_executor::Error>(())
    /// ```
    pub fn set_watchdog(&self, limit: Option<impl IntoDelay>) -> Result<()> {
        self.watch_steps(limit.map(IntoDelay::into_delay))
    }

    /// From how many seconds on debug mode reports a callback or a step: `loop.slow_callback_duration`.
    pub fn slow_callback_duration(&self) -> f64 {
        self.0.slow_callback_duration.get()
    }

    /// Sets [`slow_callback_duration`](EventLoop::slow_callback_duration), in seconds.
    pub fn set_slow_callback_duration(&self, seconds: f64) {
        self.0.slow_callback_duration.set(seconds);
    }
}

impl EventLoop {
    fn watch_steps(&self, limit: Option<f64>) -> Result<()> {
        self.check_open()?;
        let observer = match limit {
            Some(limit) => {
                Some(Rc::new(Watchdog::start(watchdog::limit(limit)?)?) as Rc<dyn StepObserver>)
            }
            None => None,
        };
        self.replace_observer(&self.0.watchdog, observer);
        Ok(())
    }

    fn replace_observer(
        &self,
        slot: &RefCell<Option<Rc<dyn StepObserver>>>,
        observer: Option<Rc<dyn StepObserver>>,
    ) {
        let old = slot.replace(observer.clone());
        if let Some(old) = old {
            self.remove_observer(&old);
        }
        if let Some(observer) = observer {
            self.add_observer(observer);
        }
    }

    #[inline]
    pub(crate) fn observers(&self) -> &Observers {
        &self.0.observers
    }

    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.0.inbox
    }

    #[inline]
    pub(crate) fn address(&self) -> &'static Address {
        self.0.address
    }

    /// Whether time jumps instead of passing.
    pub(crate) fn is_virtual(&self) -> bool {
        self.0.virtual_time
    }

    pub(crate) fn state(&self) -> &LoopState {
        &self.0
    }

    #[inline]
    pub(crate) fn timers(&self) -> &Rc<Timers> {
        &self.0.timers
    }

    #[inline]
    pub(crate) fn push_ready(&self, entry: Entry) {
        self.0.ready.borrow_mut().push_back(entry);
    }

    /// As [`push_ready`](EventLoop::push_ready), of a step.
    #[inline]
    pub(crate) fn push_step(&self, runnable: ManuallyDrop<Runnable<LoopRef>>) {
        let mut ready = self.0.ready.borrow_mut();
        ready.push_step(ManuallyDrop::into_inner(runnable));
    }
}

impl EventLoop {
    #[track_caller]
    fn schedule_soon<F, R>(&self, callback: F, context: ContextCell) -> Handle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        self.assert_open();
        let handle = Handle::once(callback, context, Location::caller());
        self.push_ready(Entry::Call(handle.clone()));
        handle
    }

    #[track_caller]
    fn schedule_at<F, R>(&self, when: f64, callback: F, context: ContextCell) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        assert!(
            !when.is_nan(),
            "ValueError: a callback cannot be scheduled for the time NaN"
        );
        self.assert_open();
        let handle = Handle::once(callback, context, Location::caller());
        TimerHandle::new(handle, when, self.0.timers.clone())
    }

    #[inline]
    pub(crate) fn check_open(&self) -> Result<(), RuntimeError> {
        if self.is_closed() {
            Err(closed())
        } else {
            Ok(())
        }
    }

    #[track_caller]
    pub(crate) fn assert_open(&self) {
        assert!(!self.is_closed(), "RuntimeError: Event loop is closed");
    }

    fn check_not_running(&self) -> Result<(), RuntimeError> {
        match self.is_running() {
            true => Err(RuntimeError::with_message(
                "This event loop is already running",
            )),
            false => Ok(()),
        }
    }
}

impl From<Rc<LoopState>> for EventLoop {
    fn from(state: Rc<LoopState>) -> Self {
        EventLoop(state)
    }
}

impl PartialEq for EventLoop {
    /// Whether both are handles to the same loop.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (running, closed, debug) = (self.is_running(), self.is_closed(), self.get_debug());
        write!(
            f,
            "<EventLoop running={running} closed={closed} debug={debug}>"
        )
    }
}

pub(crate) fn closed() -> RuntimeError {
    RuntimeError::with_message("Event loop is closed")
}

/// CPython's default, in seconds.
const SLOW_CALLBACK_DURATION: f64 = 0.1;
