//! [`EventLoop`]: one FIFO ready queue of callbacks and task steps, timers, and descriptors.
//!
//! Mirrors the loop core of `asyncio.base_events` and the reader and writer methods of
//! `asyncio.selector_events`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use async_task::Runnable;
use asyncio_reactor::Clock;
use slab::Slab;

use crate::builder::{EventLoopBuilder, Settings};
use crate::contextvars::{Context, ContextCell};
use crate::current::{RunningTask, another_is_running, enter_loop, with_running_loop};
use crate::delay::IntoDelay;
use crate::events::{CallbackOutput, Handle, TimerHandle};
use crate::exception_handler::ExceptionHandler;
use crate::exceptions::{Error, Result, RuntimeError};
use crate::inbox::{EventLoopProxy, Inbox, Mail, ThreadsafeHandle};
use crate::readers::{Direction, Owner, Readers};
use crate::schedule::{self, LoopRef};
use crate::timers::Timers;

/// The event loop: `asyncio.AbstractEventLoop`, as far as it needs no futures.
///
/// A cheap clone that stays on its thread. Everything runs in the order in which it was scheduled; see
/// [`call_soon`](EventLoop::call_soon). A loop ought to be [closed](EventLoop::close).
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
    ready: RefCell<VecDeque<Entry>>,
    timers: RefCell<Timers>,
    /// How many of the timers are cancelled.
    cancelled_timers: Rc<Cell<usize>>,
    /// `None` once the loop is closed.
    readers: RefCell<Option<Readers>>,
    clock: Rc<dyn Clock>,
    /// Whether time jumps instead of passing.
    virtual_time: bool,
    /// The time when the clock was last read.
    cached_now: Cell<f64>,
    /// Handles run since the last look at descriptors and timers.
    since_poll: Cell<u32>,
    poll_interval: u32,
    inbox: Arc<Inbox>,
    /// The unfinished tasks: the loop owns them, so that none vanishes (TASK-21).
    tasks: RefCell<Slab<Rc<dyn LoopTask>>>,
    phase: Cell<Phase>,
    stopping: Cell<bool>,
    /// What ends the current run at once: a `KeyboardInterrupt` or `SystemExit`.
    raised: RefCell<Option<Error>>,
    /// Whether `raised` is set.
    interrupted: Cell<bool>,
    pub(crate) exception_handler: RefCell<Option<ExceptionHandler>>,
    debug: Cell<bool>,
    slow_callback_duration: Cell<f64>,
    /// Debug mode: the task whose step ran last.
    last_step: RefCell<Option<String>>,
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

/// One entry of the ready queue.
pub(crate) enum Entry {
    /// The next step of a task.
    Step(Runnable<LoopRef>),
    /// A callback of this thread.
    Call(Handle),
    /// A callback from another thread.
    Threadsafe(ThreadsafeHandle),
}

/// An unfinished task, as the loop that owns it sees it.
pub trait LoopTask: RunningTask {
    /// The task's waker: the loop uses it to get hold of a suspended coroutine when it closes.
    fn waker(&self) -> Waker;

    /// The loop was closed and the coroutine dropped before the task was done.
    fn destroyed(&self);
}

/// Names a task among those that its loop owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskKey(usize);

impl EventLoop {
    /// A builder for a loop with other than the default settings.
    pub fn builder() -> EventLoopBuilder {
        EventLoopBuilder::new()
    }

    pub(crate) fn new(settings: Settings) -> Self {
        let inbox = Arc::new(Inbox::new(settings.selector.notifier()));
        let timers = Timers::default();
        let state = Rc::new(LoopState {
            ready: RefCell::default(),
            cancelled_timers: timers.cancelled().clone(),
            timers: RefCell::new(timers),
            readers: RefCell::new(Some(Readers::new(settings.selector))),
            cached_now: Cell::new(settings.clock.time()),
            virtual_time: settings.clock.as_virtual().is_some(),
            clock: settings.clock,
            since_poll: Cell::new(0),
            poll_interval: settings.poll_interval,
            inbox,
            tasks: RefCell::default(),
            phase: Cell::new(Phase::Idle),
            stopping: Cell::new(false),
            raised: RefCell::new(None),
            interrupted: Cell::new(false),
            exception_handler: RefCell::new(None),
            debug: Cell::new(settings.debug),
            slow_callback_duration: Cell::new(SLOW_CALLBACK_DURATION),
            last_step: RefCell::default(),
            extensions: RefCell::default(),
        });
        schedule::register_home(Rc::downgrade(&state));
        EventLoop(state)
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

    /// Calls `callback` whenever `fd` can be read without blocking; replaces and cancels an earlier one:
    /// `loop.add_reader`.
    ///
    /// Remove it before the descriptor is closed.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor or the loop is closed, `OSError` if the selector
    /// refuses it.
    #[track_caller]
    pub fn add_reader<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.check_no_transport(&fd)?;
        self.watch(fd, Direction::Read, ContextCell::copy_current(), callback)
    }

    /// Removes the reading callback of `fd` and says whether there was one: `loop.remove_reader`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor.
    pub fn remove_reader(&self, fd: impl AsFd) -> Result<bool> {
        self.check_no_transport(&fd)?;
        Ok(self.unwatch(fd, Direction::Read))
    }

    /// Calls `callback` whenever `fd` can be written without blocking; see
    /// [`add_reader`](EventLoop::add_reader): `loop.add_writer`.
    ///
    /// # Errors
    ///
    /// As [`add_reader`](EventLoop::add_reader).
    #[track_caller]
    pub fn add_writer<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.check_no_transport(&fd)?;
        self.watch(fd, Direction::Write, ContextCell::copy_current(), callback)
    }

    /// Removes the writing callback of `fd` and says whether there was one: `loop.remove_writer`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor.
    pub fn remove_writer(&self, fd: impl AsFd) -> Result<bool> {
        self.check_no_transport(&fd)?;
        Ok(self.unwatch(fd, Direction::Write))
    }

    /// Runs until [`stop`](EventLoop::stop) is called: `loop.run_forever`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed or running, or another one runs in this thread; a
    /// `KeyboardInterrupt` or `SystemExit` that a callback or a task raised; `OSError` if the selector fails.
    pub fn run_forever(&self) -> Result<()> {
        self.check_open()?;
        self.check_not_running()?;
        let _running = enter_loop(self.clone())?;
        let _run = Run::start(&self.0);
        loop {
            self.run_once()?;
            if self.0.interrupted.take()
                && let Some(error) = self.0.raised.take()
            {
                return Err(error);
            }
            if self.0.stopping.get() {
                return Ok(());
            }
        }
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

    /// Switches debug mode: `loop.set_debug`.
    pub fn set_debug(&self, enabled: bool) {
        self.0.debug.set(enabled);
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

/// For the crates that build on the loop.
impl EventLoop {
    /// The loop behind the current thread's running loop or a panic that names the misuse.
    #[track_caller]
    #[doc(hidden)]
    pub fn current() -> EventLoop {
        with_running_loop(|running| running.cloned()).expect("RuntimeError: no running event loop")
    }

    /// Whether [`run_forever`](EventLoop::run_forever) would run.
    ///
    /// # Errors
    ///
    /// `RuntimeError` as `run_forever` returns it.
    pub fn check_runnable(&self) -> Result<(), RuntimeError> {
        self.check_open()?;
        self.check_not_running()?;
        with_running_loop(|running| match running {
            Some(_) => Err(another_is_running()),
            None => Ok(()),
        })
    }

    /// Makes the loop the owner of `task` and schedules its first step, which polls `future`, as `call_soon` would.
    /// [`forget_task`](EventLoop::forget_task) ends the ownership.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn spawn<T, F>(&self, task: &Rc<T>, future: F) -> Result<(TaskKey, Waker), RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static,
    {
        self.check_open()?;
        let key = self.0.tasks.borrow_mut().insert(task.clone());
        let runnable = schedule::spawn(self, future);
        let waker = schedule::waker(&runnable);
        self.push_ready(Entry::Step(runnable));
        Ok((TaskKey(key), waker))
    }

    /// The task is done: the loop no longer owns it.
    pub fn forget_task(&self, key: TaskKey) {
        // Nothing is left after `close`. The task is dropped outside of the borrow.
        let task = self.0.tasks.borrow_mut().try_remove(key.0);
        drop(task);
    }

    /// The unfinished tasks, in no particular order.
    pub fn tasks(&self) -> Vec<Rc<dyn LoopTask>> {
        self.0
            .tasks
            .borrow()
            .iter()
            .map(|(_, task)| task.clone())
            .collect()
    }

    /// As [`call_soon`](EventLoop::call_soon) in the context of `cell`; drops the callback if the loop is closed.
    pub fn schedule_in<F, R>(&self, cell: ContextCell, at: &'static Location<'static>, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        if !self.is_closed() {
            self.push_ready(Entry::Call(Handle::once(callback, cell, at)));
        }
    }

    /// Ends the current run with `error` as soon as the current callback or step is over.
    pub fn raise(&self, error: Error) {
        self.0.interrupted.set(true);
        let replaced = self.0.raised.replace(Some(error));
        drop(replaced);
    }

    /// Debug mode: says whose step is running, for the report of a slow one.
    pub fn note_step(&self, task: String) {
        self.0.last_step.replace(Some(task));
    }

    pub(crate) fn take_last_step(&self) -> Option<String> {
        self.0.last_step.take()
    }

    /// Marks `fd` as a live transport's own: `add_reader` and its kin then refuse it (LOOP-21).
    pub fn claim(&self, fd: impl AsFd) {
        if let Some(readers) = &mut *self.0.readers.borrow_mut() {
            readers.set_owner(fd.as_fd().as_raw_fd(), Owner::Transport);
        }
    }

    /// Ends [`claim`](EventLoop::claim).
    pub fn release(&self, fd: impl AsFd) {
        if let Some(readers) = &mut *self.0.readers.borrow_mut() {
            readers.set_owner(fd.as_fd().as_raw_fd(), Owner::Anyone);
        }
    }

    /// As [`add_reader`](EventLoop::add_reader), for the transport that owns `fd`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed, `OSError` if the selector refuses the descriptor.
    #[track_caller]
    pub fn watch_reader<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Read, ContextCell::copy_current(), callback)
    }

    /// As [`watch_reader`](EventLoop::watch_reader), in `context`.
    ///
    /// # Errors
    ///
    /// As [`watch_reader`](EventLoop::watch_reader).
    #[track_caller]
    pub fn watch_reader_in<F, R>(&self, fd: impl AsFd, context: &Context, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Read, context.clone().into(), callback)
    }

    /// As [`remove_reader`](EventLoop::remove_reader), for the transport that owns `fd`.
    pub fn unwatch_reader(&self, fd: impl AsFd) -> bool {
        self.unwatch(fd, Direction::Read)
    }

    /// As [`add_writer`](EventLoop::add_writer), for the transport that owns `fd`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed, `OSError` if the selector refuses the descriptor.
    #[track_caller]
    pub fn watch_writer<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Write, ContextCell::copy_current(), callback)
    }

    /// As [`watch_writer`](EventLoop::watch_writer), in `context`.
    ///
    /// # Errors
    ///
    /// As [`watch_writer`](EventLoop::watch_writer).
    #[track_caller]
    pub fn watch_writer_in<F, R>(&self, fd: impl AsFd, context: &Context, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Write, context.clone().into(), callback)
    }

    /// As [`remove_writer`](EventLoop::remove_writer), for the transport that owns `fd`.
    pub fn unwatch_writer(&self, fd: impl AsFd) -> bool {
        self.unwatch(fd, Direction::Write)
    }

    /// The loop's one value of type `T`, made on first use and dropped when the loop closes: for what a crate
    /// keeps per loop.
    pub fn extension<T: Default + 'static>(&self) -> Rc<T> {
        let found = self
            .0
            .extensions
            .borrow()
            .iter()
            .find_map(|any| any.clone().downcast::<T>().ok());
        found.unwrap_or_else(|| {
            let made = Rc::<T>::default();
            self.0.extensions.borrow_mut().push(made.clone());
            made
        })
    }

    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.0.inbox
    }

    pub(crate) fn state(&self) -> &LoopState {
        &self.0
    }

    pub(crate) fn push_ready(&self, entry: Entry) {
        self.0.ready.borrow_mut().push_back(entry);
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
        let mut timers = self.0.timers.borrow_mut();
        let timer = TimerHandle::new(handle.clone(), when, self.0.cancelled_timers.clone());
        timers.push(when, handle);
        timer
    }

    #[track_caller]
    fn watch<F, R>(
        &self,
        fd: impl AsFd,
        direction: Direction,
        context: ContextCell,
        callback: F,
    ) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        let handle = Handle::repeated(callback, context, Location::caller());
        let replaced = match &mut *self.0.readers.borrow_mut() {
            Some(readers) => readers.add(fd.as_fd(), direction, handle)?,
            None => return Err(closed().into()),
        };
        if let Some(handle) = replaced {
            handle.cancel();
        }
        Ok(())
    }

    fn unwatch(&self, fd: impl AsFd, direction: Direction) -> bool {
        let mut readers = self.0.readers.borrow_mut();
        let removed = readers
            .as_mut()
            .and_then(|readers| readers.remove(fd.as_fd().as_raw_fd(), direction));
        drop(readers);
        removed.is_some_and(|handle| {
            handle.cancel();
            true
        })
    }

    fn check_no_transport(&self, fd: &impl AsFd) -> Result<(), RuntimeError> {
        let fd = fd.as_fd().as_raw_fd();
        match &*self.0.readers.borrow() {
            Some(readers) if readers.owner(fd) == Owner::Transport => Err(
                RuntimeError::with_message(format!("File descriptor {fd} is used by a transport")),
            ),
            _ => Ok(()),
        }
    }

    fn check_open(&self) -> Result<(), RuntimeError> {
        if self.is_closed() {
            Err(closed())
        } else {
            Ok(())
        }
    }

    #[track_caller]
    fn assert_open(&self) {
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

    /// One iteration, in CPython's order: select, descriptors' callbacks, due timers, and then exactly the entries
    /// that are ready now.
    fn run_once(&self) -> Result<()> {
        let state = &*self.0;
        if state.inbox.take_notice() {
            self.read_mail();
        }
        if state.cancelled_timers.get() > 0 {
            let purged = state.timers.borrow_mut().purge();
            drop(purged);
        }
        if state.must_poll() {
            self.poll()?;
        }
        let count = state.ready.borrow().len();
        let handled = u32::try_from(count).unwrap_or(u32::MAX);
        state
            .since_poll
            .set(state.since_poll.get().saturating_add(handled));
        for _ in 0..count {
            let Some(entry) = state.ready.borrow_mut().pop_front() else {
                break;
            };
            if state.debug.get() {
                self.run_timed(entry);
            } else {
                self.run_entry(entry);
            }
            if state.interrupted.get() {
                break;
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn run_entry(&self, entry: Entry) {
        match entry {
            Entry::Step(runnable) => {
                runnable.run();
            }
            Entry::Call(handle) => {
                if let Err(error) = handle.run() {
                    self.callback_failed(error, handle);
                }
            }
            Entry::Threadsafe(handle) => self.run_threadsafe(&handle),
        }
    }

    /// Looks for due timers and ready descriptors, and waits for them if nothing else is ready.
    fn poll(&self) -> Result<()> {
        let state = &*self.0;
        state.since_poll.set(0);
        let busy = !state.ready.borrow().is_empty() || state.stopping.get();
        let next = state.timers.borrow().next();
        if busy {
            state.select(Some(Duration::ZERO))?;
        } else if let Some(clock) = state.clock.as_virtual() {
            state.select_virtual(clock, next)?;
        } else {
            state.select_blocking(next.map(|when| self.until(when)))?;
        }
        if state.inbox.take_notice() {
            self.read_mail();
        }
        if next.is_some() {
            self.collect_timers();
        }
        Ok(())
    }

    /// How long to wait for the time `when`.
    fn until(&self, when: f64) -> Duration {
        Duration::from_secs_f64((when - self.time()).clamp(0.0, MAXIMUM_SELECT_TIMEOUT))
    }

    fn collect_timers(&self) {
        let state = &*self.0;
        let end = state.due_before(self.time());
        let mut timers = state.timers.borrow_mut();
        let mut ready = state.ready.borrow_mut();
        while let Some(handle) = timers.pop_due(end) {
            ready.push_back(Entry::Call(handle));
        }
    }

    fn read_mail(&self) {
        while let Some(mail) = self.0.inbox.pop() {
            match mail {
                Mail::Step(runnable) => self.push_ready(Entry::Step(runnable)),
                Mail::Call(handle) => self.push_ready(Entry::Threadsafe(handle)),
                Mail::Stop => self.push_ready(Entry::Call(self.stopper())),
            }
        }
    }

    fn stopper(&self) -> Handle {
        let event_loop = self.clone();
        Handle::once(
            move || event_loop.stop(),
            ContextCell::default(),
            Location::caller(),
        )
    }
}

impl LoopState {
    /// Whether this iteration looks at descriptors and timers although something may be ready.
    fn must_poll(&self) -> bool {
        self.ready.borrow().is_empty()
            || self.since_poll.get() >= self.poll_interval
            || self.stopping.get()
            || self.virtual_time
            || self
                .timers
                .borrow()
                .next()
                .is_some_and(|when| when < self.due_before(self.cached_now.get()))
    }

    /// Timers before this time are due at `now` (LOOP-04).
    fn due_before(&self, now: f64) -> f64 {
        let ulp = now.abs().next_up() - now.abs();
        now + self.clock.resolution().max(ulp)
    }

    fn select_blocking(&self, timeout: Option<Duration>) -> Result<()> {
        if timeout == Some(Duration::ZERO) || !self.inbox.fall_asleep() {
            return self.select(Some(Duration::ZERO));
        }
        let selected = self.select(timeout);
        self.inbox.wake_up();
        selected
    }

    /// In virtual time nobody sleeps: if nothing happens now, the next deadline does.
    fn select_virtual(
        &self,
        clock: &asyncio_reactor::VirtualClock,
        next: Option<f64>,
    ) -> Result<()> {
        let Some(when) = next else {
            return self.select_blocking(None);
        };
        self.select(Some(Duration::ZERO))?;
        if self.ready.borrow().is_empty() && !self.inbox.has_notice() {
            clock.advance_to(when);
        }
        Ok(())
    }

    /// Waits for descriptors and appends their callbacks. Spares the system call if it could do nothing.
    fn select(&self, timeout: Option<Duration>) -> Result<()> {
        let mut slot = self.readers.borrow_mut();
        let readers = slot.as_mut().expect("a running loop is not closed");
        if readers.is_empty() && timeout == Some(Duration::ZERO) {
            return Ok(());
        }
        readers.select(timeout)?;
        let mut ready = self.ready.borrow_mut();
        let cancelled = readers.take_ready(|handle| ready.push_back(Entry::Call(handle)));
        drop((ready, slot));
        drop(cancelled);
        Ok(())
    }

    fn close(&self) {
        if self.phase.replace(Phase::Closed) == Phase::Closed {
            return;
        }
        self.inbox.close();
        self.drop_tasks();
        drop(std::mem::take(&mut *self.ready.borrow_mut()));
        drop(self.timers.take());
        drop(self.extensions.take());
        drop(self.readers.take());
        drop(self.exception_handler.take());
    }

    /// Drops the coroutines of the unfinished tasks, which are found as their runnables: invariant 2 of
    /// `schedule.rs` says that each has exactly one after it was woken.
    fn drop_tasks(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let mut left = tasks.len();
        for (_, task) in &tasks {
            task.waker().wake();
        }
        loop {
            left -= self.drop_ready_steps();
            if left == 0 {
                break;
            }
            // The runnable is on its way from another thread, which notifies the inbox when it is there.
            let _ = self.select_blocking(None);
            self.inbox.take_notice();
        }
        for (_, task) in &tasks {
            task.destroyed();
        }
    }

    /// Drops what is ready or in the inbox; returns how many steps were among it.
    fn drop_ready_steps(&self) -> usize {
        let mut steps = 0;
        loop {
            let entry = self.ready.borrow_mut().pop_front();
            let step = match entry {
                Some(Entry::Step(runnable)) => runnable,
                Some(other) => {
                    drop(other);
                    continue;
                }
                None => match self.inbox.pop() {
                    Some(Mail::Step(runnable)) => runnable,
                    Some(other) => {
                        drop(other);
                        continue;
                    }
                    None => return steps,
                },
            };
            drop(step);
            steps += 1;
        }
    }
}

impl Drop for LoopState {
    fn drop(&mut self) {
        if self.phase.get() != Phase::Closed {
            crate::log::warning(format_args!("unclosed event loop"));
            self.close();
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

/// The time of one `run_forever`.
struct Run<'a>(&'a LoopState);

impl<'a> Run<'a> {
    fn start(state: &'a LoopState) -> Self {
        state.phase.set(Phase::Running);
        Run(state)
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.0.phase.set(Phase::Idle);
        self.0.stopping.set(false);
    }
}

fn closed() -> RuntimeError {
    RuntimeError::with_message("Event loop is closed")
}

/// No wait is longer than this many seconds; CPython's number (LOOP-03).
const MAXIMUM_SELECT_TIMEOUT: f64 = 24.0 * 3600.0;
/// CPython's default, in seconds.
const SLOW_CALLBACK_DURATION: f64 = 0.1;
