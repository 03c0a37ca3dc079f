//! [`Handle`] and [`TimerHandle`], the exception handler's [`ExceptionContext`], and the current loop of a thread.
//!
//! Mirrors `asyncio.events`.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::builder::EventLoopBuilder;
use crate::contextvars::{Context, ContextCell};
use crate::current::{Other, enter, with_running_loop};
use crate::exception_handler::ignoring;
use crate::exceptions::{Error, Result, RuntimeError, caught};
use crate::log::printed;
use crate::timers::Timers;

/// A scheduled callback: `asyncio.Handle`.
///
/// A cheap clone; dropping it does not cancel the callback.
#[derive(Clone)]
pub struct Handle(Rc<Scheduled<dyn Callback>>);

impl Handle {
    /// Cancels the callback and drops it with what it captured. Does nothing after it ran: `Handle.cancel`.
    ///
    /// A panic of a destructor is reported to the exception handler of the running loop, or logged.
    pub fn cancel(&self) {
        if !self.0.cancelled.replace(true) {
            self.clear();
        }
    }

    /// Whether it was cancelled: `Handle.cancelled`.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled.get()
    }

    /// The context in which the callback runs: `Handle.get_context`.
    pub fn get_context(&self) -> Context {
        self.context_cell().context()
    }

    /// Where the callback was scheduled.
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// For a callback that runs once.
    pub(crate) fn once<F, R>(
        callback: F,
        context: ContextCell,
        at: &'static Location<'static>,
    ) -> Self
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        let callback = Cell::new(Some(callback));
        Handle(Rc::new(Scheduled::new(Once { callback, context }, at)))
    }

    /// For a callback that runs whenever its descriptor is ready.
    pub(crate) fn repeated<F, R>(
        callback: F,
        context: ContextCell,
        at: &'static Location<'static>,
    ) -> Self
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        let callback = Cell::new(Some(callback));
        Handle(Rc::new(Scheduled::new(Repeated { callback, context }, at)))
    }

    /// As [`once`](Handle::once), in the context of `owner`.
    pub(crate) fn once_of<O, F>(owner: Rc<O>, callback: F, at: &'static Location<'static>) -> Self
    where
        O: HasContext + 'static,
        F: FnOnce(&Rc<O>) -> Result<()> + 'static,
    {
        let callback = Cell::new(Some(callback));
        Handle(Rc::new(Scheduled::new(OnceOf { owner, callback }, at)))
    }

    /// As [`repeated`](Handle::repeated), in the context of `owner`.
    pub(crate) fn repeated_of<O, F>(
        owner: Rc<O>,
        callback: F,
        at: &'static Location<'static>,
    ) -> Self
    where
        O: HasContext + 'static,
        F: Fn(&Rc<O>) -> Result<()> + 'static,
    {
        Handle(Rc::new(Scheduled::new(RepeatedOf { owner, callback }, at)))
    }

    /// Runs the callback, which is not cancelled, in its context. A panic comes back as [`PanicError`].
    pub(crate) fn run(&self) -> Result<()> {
        if self.0.timing.get() == Timing::Due {
            self.0.timing.set(Timing::Ran);
        }
        let step = || enter(Other::Callback(self.clone()), || self.0.callback.call());
        let outcome = caught(step);
        if self.cancelled() {
            // It was inside the callback, which is now put back.
            self.clear();
        }
        outcome
    }

    fn clear(&self) {
        ignoring(
            "Exception ignored while a cancelled callback was dropped",
            || {
                self.0.callback.clear();
            },
        );
    }

    #[inline]
    pub(crate) fn context_cell(&self) -> &ContextCell {
        self.0.callback.context_cell()
    }

    /// Marks the handle as one of the timers' heap.
    fn enter_timers(&self) {
        self.0.timing.set(Timing::Scheduled);
    }

    /// Marks the handle as out of the timers' heap; whether it was counted as cancelled there.
    pub(crate) fn leave_timers(&self) -> bool {
        self.0.timing.set(Timing::Due);
        self.cancelled()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cancelled = if self.cancelled() { " cancelled" } else { "" };
        let name = match self.0.timing.get() {
            Timing::None => "Handle",
            Timing::Scheduled | Timing::Due | Timing::Ran => "TimerHandle",
        };
        write!(f, "<{name}{cancelled} created at {}>", self.location())
    }
}

/// A callback scheduled for a time: `asyncio.TimerHandle`.
#[derive(Clone)]
pub struct TimerHandle {
    handle: Handle,
    when: f64,
    timers: Rc<Timers>,
}

impl TimerHandle {
    /// Adds `handle` to `timers`.
    pub(crate) fn new(handle: Handle, when: f64, timers: Rc<Timers>) -> Self {
        handle.enter_timers();
        timers.push_call(when, handle.clone());
        TimerHandle {
            handle,
            when,
            timers,
        }
    }

    /// Cancels the callback and drops it with what it captured. Does nothing after it ran:
    /// `TimerHandle.cancel`.
    pub fn cancel(&self) {
        if !self.handle.cancelled() {
            if self.handle.0.timing.get() == Timing::Scheduled {
                self.timers.count_cancelled();
            }
            self.handle.cancel();
        }
    }

    /// Whether it was cancelled: `TimerHandle.cancelled`.
    pub fn cancelled(&self) -> bool {
        self.handle.cancelled()
    }

    /// Whether the time has come and the callback was called.
    pub fn ran(&self) -> bool {
        self.handle.0.timing.get() == Timing::Ran
    }

    /// The time for which it is scheduled, in seconds of the loop's clock: `TimerHandle.when`.
    pub fn when(&self) -> f64 {
        self.when
    }

    /// The context in which the callback runs: `TimerHandle.get_context`.
    pub fn get_context(&self) -> Context {
        self.handle.get_context()
    }
}

impl fmt::Debug for TimerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cancelled = if self.cancelled() { " cancelled" } else { "" };
        write!(
            f,
            "<TimerHandle{cancelled} when={} created at {}>",
            self.when,
            self.handle.location()
        )
    }
}

/// What a callback may return: nothing, or a `Result` whose error goes to the exception handler as a raised
/// exception would. A `bool` is ignored, so that `|| task.cancel()` is a callback.
pub trait CallbackOutput {
    /// The error, if there is one.
    fn into_result(self) -> Result<()>;
}

impl CallbackOutput for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl CallbackOutput for bool {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

/// For `|| panic!("...")`.
impl CallbackOutput for Never {
    fn into_result(self) -> Result<()> {
        self
    }
}

impl<T: CallbackOutput, E: Into<Error>> CallbackOutput for std::result::Result<T, E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)?.into_result()
    }
}

/// What an exception handler is told: the `context` dictionary of `loop.call_exception_handler`.
#[derive(Clone)]
pub struct ExceptionContext {
    message: Cow<'static, str>,
    exception: Option<Error>,
    /// The other keys, in the order in which they were given.
    things: Vec<(&'static str, Rc<dyn ContextThing>)>,
    location: Option<&'static Location<'static>>,
}

impl ExceptionContext {
    /// A report with `message`.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        ExceptionContext {
            message: message.into(),
            exception: None,
            things: Vec::new(),
            location: None,
        }
    }

    /// Adds the exception.
    #[must_use]
    pub fn with_exception(mut self, exception: Error) -> Self {
        self.exception = Some(exception);
        self
    }

    /// Adds what it is about, under one of Python's keys: `future`, `task`, `handle`, `protocol`, `transport`,
    /// `socket`.
    #[must_use]
    pub fn with(mut self, key: &'static str, thing: impl ContextThing) -> Self {
        self.things.push((key, Rc::new(thing)));
        self
    }

    /// As [`with`](ExceptionContext::with), for something that is shared already.
    #[must_use]
    pub fn with_shared(mut self, key: &'static str, thing: Rc<dyn ContextThing>) -> Self {
        self.things.push((key, thing));
        self
    }

    /// Adds where that was created (`source_traceback`).
    #[must_use]
    pub fn with_location(mut self, location: &'static Location<'static>) -> Self {
        self.location = Some(location);
        self
    }

    /// `context['message']`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `context.get('exception')`.
    pub fn exception(&self) -> Option<&Error> {
        self.exception.as_ref()
    }

    /// `context.get(key)`, for a thing of type `T`.
    pub fn get<T: ContextThing>(&self, key: &str) -> Option<&T> {
        let thing = self.thing(key)?;
        (thing as &dyn Any).downcast_ref()
    }

    /// Whether the context has `key`.
    pub fn contains(&self, key: &str) -> bool {
        match key {
            "message" => true,
            "exception" => self.exception.is_some(),
            "source_traceback" => self.location.is_some(),
            _ => self.thing(key).is_some(),
        }
    }

    /// Where the reported thing was created.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.location
    }

    /// The context in which the exception handler runs, LOOP-19.
    pub(crate) fn handler_context(&self) -> Option<Context> {
        ["task", "future", "handle"]
            .into_iter()
            .find_map(|key| self.thing(key))?
            .context()
    }

    fn thing(&self, key: &str) -> Option<&dyn ContextThing> {
        self.things
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, thing)| &**thing)
    }
}

/// The lines that the default handler logs.
impl fmt::Display for ExceptionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each by itself, so that one whose `Debug` panics does not take the others with it.
        f.write_str(&self.message)?;
        for (key, thing) in &self.things {
            write!(f, "\n{key}: {}", printed(format_args!("{thing:?}")))?;
        }
        if let Some(location) = self.location {
            write!(f, "\ncreated at {location}")?;
        }
        match &self.exception {
            Some(exception) => {
                let text = caught(|| Ok(format!("{exception:?}")));
                let unprintable =
                    |error| format!("{}: <cannot be printed: {error}>", exception.type_name());
                write!(f, "\n{}", text.unwrap_or_else(unprintable))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ExceptionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.things.iter().map(|(key, _)| *key).collect();
        f.debug_struct("ExceptionContext")
            .field("message", &self.message)
            .field("exception", &self.exception)
            .field("keys", &keys)
            .finish()
    }
}

/// Something that an [`ExceptionContext`] can be about.
pub trait ContextThing: Any + fmt::Debug {
    /// The context to which it belongs (`get_context()`), if any.
    fn context(&self) -> Option<Context> {
        None
    }
}

impl ContextThing for Handle {
    fn context(&self) -> Option<Context> {
        Some(self.get_context())
    }
}

impl ContextThing for ExceptionContext {}

/// The loop that is running in this thread: `asyncio.get_running_loop()`.
///
/// # Errors
///
/// `RuntimeError` if none is.
pub fn get_running_loop() -> Result<EventLoop, RuntimeError> {
    try_running_loop().ok_or_else(|| RuntimeError::with_message("no running event loop"))
}

/// The loop that is running in this thread, or else the one given to [`set_event_loop`]:
/// `asyncio.get_event_loop()`. Never makes one.
///
/// # Errors
///
/// `RuntimeError` if there is neither.
pub fn get_event_loop() -> Result<EventLoop, RuntimeError> {
    try_running_loop()
        .or_else(|| SET.try_with(|set| set.borrow().clone()).ok()?)
        .ok_or_else(|| {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("unnamed");
            RuntimeError::with_message(format!(
                "There is no current event loop in thread '{name}'."
            ))
        })
}

/// Makes `event_loop` what [`get_event_loop`] returns in this thread while no loop runs:
/// `asyncio.set_event_loop()`.
pub fn set_event_loop(event_loop: Option<EventLoop>) {
    // The old one is dropped outside of the borrow.
    let old = SET.try_with(|set| set.replace(event_loop));
    drop(old);
}

/// A new loop with the default selector and clock: `asyncio.new_event_loop()`.
///
/// `ASYNCIO_SELECTOR` (`epoll` or `polling`) chooses the selector, a non-empty `ASYNCIO_DEBUG` debug mode.
///
/// # Errors
///
/// `OSError` if the selector cannot be created, `ValueError` for an unknown `ASYNCIO_SELECTOR`.
#[track_caller]
pub fn new_event_loop() -> Result<EventLoop> {
    EventLoopBuilder::new().build()
}

/// As [`get_running_loop`], as an `Option`.
pub fn try_running_loop() -> Option<EventLoop> {
    with_running_loop(|running| running.cloned())
}

thread_local! {
    static SET: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// The type `!`, which stable Rust cannot spell here.
type Never = <fn() -> ! as Returns>::Output;

#[allow(
    unreachable_pub,
    reason = "must not be more private than what is implemented for it"
)]
pub trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// A callback and what became of it. `callback` comes last, so that the type can be unsized.
struct Scheduled<C: ?Sized> {
    location: &'static Location<'static>,
    cancelled: Cell<bool>,
    timing: Cell<Timing>,
    callback: C,
}

impl<C> Scheduled<C> {
    fn new(callback: C, location: &'static Location<'static>) -> Self {
        Scheduled {
            location,
            cancelled: Cell::new(false),
            timing: Cell::new(Timing::None),
            callback,
        }
    }
}

/// What a callback has to do with the timers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timing {
    /// It is not a timer's.
    None,
    /// It is in the timers' heap.
    Scheduled,
    /// It has left the timers' heap for the ready queue.
    Due,
    /// Its turn has come.
    Ran,
}

/// What has a context in which its callbacks run: a connection.
pub trait HasContext {
    /// The context.
    fn context_cell(&self) -> &ContextCell;
}

/// A callback with its context. One that was cancelled is not called.
trait Callback {
    fn call(&self) -> Result<()>;
    /// Drops what the program gave.
    fn clear(&self);
    fn context_cell(&self) -> &ContextCell;
}

struct Once<F> {
    callback: Cell<Option<F>>,
    context: ContextCell,
}

impl<R: CallbackOutput, F: FnOnce() -> R> Callback for Once<F> {
    fn call(&self) -> Result<()> {
        self.callback
            .take()
            .map_or(Ok(()), |callback| callback().into_result())
    }

    fn clear(&self) {
        self.callback.take();
    }

    fn context_cell(&self) -> &ContextCell {
        &self.context
    }
}

struct Repeated<F> {
    callback: Cell<Option<F>>,
    context: ContextCell,
}

impl<R: CallbackOutput, F: FnMut() -> R> Callback for Repeated<F> {
    fn call(&self) -> Result<()> {
        /// Puts the callback back, whether it returned or panicked.
        struct PutBack<'a, F>(&'a Cell<Option<F>>, Option<F>);
        impl<F> Drop for PutBack<'_, F> {
            fn drop(&mut self) {
                self.0.set(self.1.take());
            }
        }
        let mut callback = PutBack(&self.callback, self.callback.take());
        callback
            .1
            .as_mut()
            .map_or(Ok(()), |callback| callback().into_result())
    }

    fn clear(&self) {
        self.callback.take();
    }

    fn context_cell(&self) -> &ContextCell {
        &self.context
    }
}

/// A callback that runs once, and what it is about.
struct OnceOf<O, F> {
    owner: Rc<O>,
    callback: Cell<Option<F>>,
}

impl<O: HasContext, F: FnOnce(&Rc<O>) -> Result<()>> Callback for OnceOf<O, F> {
    fn call(&self) -> Result<()> {
        self.callback
            .take()
            .map_or(Ok(()), |callback| callback(&self.owner))
    }

    fn clear(&self) {
        self.callback.take();
    }

    fn context_cell(&self) -> &ContextCell {
        self.owner.context_cell()
    }
}

/// A callback that runs whenever a descriptor is ready, and whose descriptor that is.
struct RepeatedOf<O, F> {
    owner: Rc<O>,
    callback: F,
}

impl<O: HasContext, F: Fn(&Rc<O>) -> Result<()>> Callback for RepeatedOf<O, F> {
    fn call(&self) -> Result<()> {
        (self.callback)(&self.owner)
    }

    /// The owner goes with the last handle.
    fn clear(&self) {}

    fn context_cell(&self) -> &ContextCell {
        self.owner.context_cell()
    }
}
