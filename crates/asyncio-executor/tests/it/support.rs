//! What the tests share.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Display};
use std::future::Future;
use std::pin::Pin;
use std::process::{Command, Output};
use std::rc::Rc;
use std::sync::{Condvar, Mutex, Once};
use std::task::{Context as PollContext, Poll, Waker};
use std::thread::{self, ThreadId};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{
    Awake, ContextCell, EventLoop, ExceptionContext, LoopTask, RunningTask, Step, TaskKey,
    new_event_loop,
};
use asyncio_reactor::sim::{SimHandle, SimSelector};
use asyncio_reactor::{Clock, VirtualClock};

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&self, what: impl Display) {
        self.0.borrow_mut().push(what.to_string());
    }

    /// A callback that adds `what`.
    pub(crate) fn note(&self, what: impl Display + 'static) -> impl Fn() + 'static {
        let log = self.clone();
        move || log.add(&what)
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// A clock that stands still until it is set, and does not count as virtual.
#[derive(Clone, Default)]
pub(crate) struct ManualClock(Rc<Cell<f64>>);

impl ManualClock {
    pub(crate) fn set(&self, time: f64) {
        self.0.set(time);
    }

    pub(crate) fn advance(&self, by: f64) {
        self.0.set(self.0.get() + by);
    }
}

impl Clock for ManualClock {
    fn time(&self) -> f64 {
        self.0.get()
    }

    fn resolution(&self) -> f64 {
        1e-9
    }
}

/// A loop on a scripted selector, in virtual time from 0.
pub(crate) fn virtual_loop() -> (EventLoop, SimHandle) {
    let selector = SimSelector::new();
    let sim = selector.handle();
    let builder = EventLoop::builder().selector(selector);
    let event_loop = builder.clock(VirtualClock::new(0.0)).build().unwrap();
    (event_loop, sim)
}

/// A loop on a scripted selector, with a clock that the test moves.
pub(crate) fn manual_loop(poll_interval: u32) -> (EventLoop, SimHandle, ManualClock) {
    let selector = SimSelector::new();
    let sim = selector.handle();
    let clock = ManualClock::default();
    let event_loop = EventLoop::builder()
        .selector(selector)
        .clock(clock.clone())
        .poll_interval(poll_interval)
        .build()
        .unwrap();
    (event_loop, sim, clock)
}

/// Runs one iteration.
pub(crate) fn run_once(event_loop: &EventLoop) {
    event_loop.stop();
    event_loop.run_forever().unwrap();
}

/// Runs `count` iterations.
pub(crate) fn run_times(event_loop: &EventLoop, count: usize) {
    for _ in 0..count {
        run_once(event_loop);
    }
}

/// A callback that stops the loop.
pub(crate) fn stopper(event_loop: &EventLoop) -> impl Fn() + 'static {
    let event_loop = event_loop.clone();
    move || event_loop.stop()
}

/// Calls its closure when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A value that must not leave its thread, and sees to it.
pub(crate) struct HomeBound {
    home: ThreadId,
    not_send: std::marker::PhantomData<Rc<()>>,
}

impl HomeBound {
    pub(crate) fn new() -> Self {
        HomeBound {
            home: thread::current().id(),
            not_send: std::marker::PhantomData,
        }
    }
}

impl HomeBound {
    /// Aborts elsewhere: an assertion could not be seen on another thread, perhaps in the middle of a wake-up.
    pub(crate) fn check(&self) {
        if thread::current().id() != self.home {
            eprintln!("a coroutine has left its home thread");
            std::process::abort();
        }
    }
}

impl Drop for HomeBound {
    fn drop(&mut self) {
        self.check();
    }
}

/// The smallest task there can be: what the crate of the tasks builds, without results.
pub(crate) struct MiniTask {
    event_loop: EventLoop,
    context: ContextCell,
    key: Cell<Option<TaskKey>>,
    waker: RefCell<Option<Waker>>,
    destroyed: Cell<bool>,
}

impl MiniTask {
    /// The task's waker; it has one from its first poll to its end.
    pub(crate) fn waker(&self) -> Waker {
        self.waker.borrow().clone().unwrap()
    }

    /// Makes the loop forget the task, whether it is done or not.
    pub(crate) fn forget(&self) {
        drop(self.waker.take());
        self.event_loop.forget_task(self.key.take().unwrap());
    }

    pub(crate) fn is_destroyed(&self) -> bool {
        self.destroyed.get()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.key.get().is_none()
    }
}

/// Starts `future` as a task of `event_loop`.
pub(crate) fn spawn(
    event_loop: &EventLoop,
    future: impl Future<Output = ()> + 'static,
) -> Rc<MiniTask> {
    let task = Rc::new(MiniTask {
        event_loop: event_loop.clone(),
        context: ContextCell::copy_current(),
        key: Cell::new(None),
        waker: RefCell::new(None),
        destroyed: Cell::new(false),
    });
    let steps = Steps {
        future: Box::pin(future),
        task: task.clone(),
    };
    let key = event_loop.spawn(&task, steps).unwrap();
    task.key.set(Some(key));
    task
}

struct Steps {
    future: Pin<Box<dyn Future<Output = ()>>>,
    task: Rc<MiniTask>,
}

impl Future for Steps {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<()> {
        let this = &mut *self;
        let event_loop = this.task.event_loop.clone();
        let _observed = event_loop.observe(|| Step::Task(this.task.clone()));
        let awake = Awake::new(this.task.clone());
        let polled = this.future.as_mut().poll(cx);
        drop(awake);
        if polled.is_pending() {
            this.task.waker.replace(Some(cx.waker().clone()));
        } else {
            drop(this.task.waker.take());
            let key = this.task.key.take().unwrap();
            this.task.event_loop.forget_task(key);
        }
        polled
    }
}

impl fmt::Debug for MiniTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<MiniTask>")
    }
}

impl RunningTask for MiniTask {
    fn context_cell(&self) -> &ContextCell {
        &self.context
    }

    fn head(&self) -> &dyn std::any::Any {
        self
    }

    fn hand_over(self: Rc<Self>, slot: &mut dyn std::any::Any) {
        if let Some(slot) = slot.downcast_mut() {
            *slot = Some(self);
        }
    }
}

impl LoopTask for MiniTask {
    fn waker(&self) -> Option<Waker> {
        self.waker.borrow().clone()
    }

    fn destroyed(self: Rc<Self>) {
        self.destroyed.set(true);
        drop(self.waker.take());
    }
}

/// Sends the messages that the exception handler is told to `log`.
pub(crate) fn log_reports(event_loop: &EventLoop, log: &Log) {
    let log = log.clone();
    event_loop.set_exception_handler(move |_: &EventLoop, report: &ExceptionContext| {
        let exception = report.exception().map(ToString::to_string);
        log.add(format!(
            "{}: {}",
            report.message(),
            exception.unwrap_or_default()
        ));
    });
}

/// What the loop has logged in this thread since the last call.
pub(crate) fn take_logged() -> Vec<String> {
    LOGGED.take()
}

/// Waits until a watchdog has logged a line that contains `text`, and returns it.
pub(crate) fn await_logged(text: &str) -> String {
    let mut lines = ELSEWHERE.0.lock().unwrap();
    loop {
        if let Some(index) = lines.iter().position(|line| line.contains(text)) {
            return lines.remove(index);
        }
        lines = ELSEWHERE.1.wait(lines).unwrap();
    }
}

/// What watchdogs have logged.
static ELSEWHERE: (Mutex<Vec<String>>, Condvar) = (Mutex::new(Vec::new()), Condvar::new());

/// Makes the loop's log go to [`take_logged`].
pub(crate) fn capture_log() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Capture).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
    LOGGED.take();
}

/// A line with this text is too much for the logger.
pub(crate) const BREAKS_LOGGER: &str = "more than a logger can bear";

/// A value whose destructor panics.
pub(crate) struct Bomb(pub(crate) &'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

struct Capture;

impl log::Log for Capture {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{}: {}", record.level(), record.args());
        assert!(!line.contains(BREAKS_LOGGER), "the logger is broken");
        if std::thread::current().name() == Some("asyncio-watchdog") {
            ELSEWHERE.0.lock().unwrap().push(line);
            return ELSEWHERE.1.notify_all();
        }
        LOGGED.with_borrow_mut(|logged| logged.push(line));
    }

    fn flush(&self) {}
}

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Runs the test `name` of this binary alone in a process of its own, with [`in_child`] true there.
pub(crate) fn run_in_child(name: &str) -> Output {
    child_command(name).output().unwrap()
}

/// The command of [`run_in_child`].
pub(crate) fn child_command(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1");
    command
}

/// Whether this is the process that [`run_in_child`] started.
pub(crate) fn in_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// The number of open descriptors of this process.
pub(crate) fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

const CHILD: &str = "ASYNCIO_TEST_CHILD";

/// A loop on the system's selector.
pub(crate) fn real_loop() -> EventLoop {
    new_event_loop().unwrap()
}
