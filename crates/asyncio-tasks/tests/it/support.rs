//! What the tests share: a loop in virtual time that must not report anything unexpected, a log, and texts.

use std::cell::RefCell;
use std::future::{Future as StdFuture, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use asyncio_reactor::VirtualClock;
use asyncio_tasks::{
    CancelledError, Error, EventLoop, ExceptionContext, ExceptionGroup, LoopTasks, Result, Runner,
    Task, create_task, current_task, sleep,
};

/// Runs `main` in virtual time, and checks that nothing was reported.
pub(crate) fn run<T: 'static>(main: impl StdFuture<Output = Result<T>> + 'static) -> T {
    let (outcome, reports) = run_reported(main);
    assert_eq!(reports, Vec::<String>::new());
    outcome.unwrap()
}

/// Runs `main` in virtual time, and returns what the exception handler was told as well.
pub(crate) fn run_reported<T: 'static>(
    main: impl StdFuture<Output = Result<T>> + 'static,
) -> (Result<T>, Vec<String>) {
    let builder = EventLoop::builder().clock(VirtualClock::new(1000.0));
    let event_loop = builder.poll_interval(1).build().unwrap();
    let reports = Log::default();
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_: &EventLoop, report: &ExceptionContext| {
            let error = report.exception().map_or("-".into(), text);
            reports.add(format!("{}: {error}", report.message()));
        }
    });
    let outcome = event_loop.run_until_complete(main);
    event_loop.close().unwrap();
    drop(event_loop);
    (outcome, reports.take())
}

/// A runner in virtual time from 0.
pub(crate) fn virtual_runner() -> Runner {
    let virtual_loop = || EventLoop::builder().clock(VirtualClock::new(0.0)).build();
    Runner::builder().loop_factory(virtual_loop).build()
}

/// Lines that several tasks write.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// `TypeName: text`, without a text that Python does not have.
pub(crate) fn text(error: &Error) -> String {
    let text = match error.downcast_ref::<CancelledError>() {
        Some(cancelled) => cancelled.msg().unwrap_or_default().to_owned(),
        None => error.to_string(),
    };
    match (error.type_name(), text.as_str()) {
        (name, "" | "timed out") => name.to_owned(),
        (name, text) => format!("{name}: {text}"),
    }
}

/// The error's [`text`], and those of its causes.
pub(crate) fn chain(error: &Error) -> String {
    match error.cause() {
        Some(cause) => format!("{} <- {}", text(error), chain(cause)),
        None => text(error),
    }
}

pub(crate) fn value_error(text: &'static str) -> Error {
    asyncio_tasks::ValueError::with_message(text).into()
}

/// Lets everything that is scheduled run `passes` times.
pub(crate) async fn pass(passes: usize) -> Result<()> {
    for _ in 0..passes {
        sleep(0).await?;
    }
    Ok(())
}

/// A task that logs when it is cancelled, and after how many more passes it ended.
pub(crate) fn sleeper(name: &'static str, passes: usize, log: &Log) -> Task<&'static str> {
    let log = log.clone();
    create_task(async move {
        if let Err(cancelled) = sleep(3600.0).await {
            log.add(format!("{name} got {}", text(&cancelled)));
            pass(passes).await?;
            log.add(format!("{name} ends"));
            return Err(cancelled);
        }
        Ok(name)
    })
}

/// Hangs in a future that knows nothing of asyncio and never ends. It says when it is dropped.
pub(crate) async fn hang(log: &Log) -> Result<()> {
    struct Dropped<'a>(&'a Log);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.add("foreign dropped");
        }
    }
    let _dropped = Dropped(log);
    poll_fn(|_| Poll::Pending).await
}

/// A coroutine that must not run, or is meant to panic.
pub(crate) async fn panicking<T>(text: &'static str) -> Result<T> {
    panic!("{text}")
}

pub(crate) async fn fail(text: &'static str) -> Result<()> {
    Err(value_error(text))
}

/// A coroutine that logs its end when it was cancelled, after so many passes.
pub(crate) fn sleeping(
    name: &'static str,
    passes: usize,
    log: &Log,
) -> impl StdFuture<Output = Result<()>> + use<> {
    let log = log.clone();
    async move {
        let outcome = sleep(3600.0).await;
        if outcome.is_err() {
            pass(passes).await?;
            log.add(format!("{name} ends"));
        }
        outcome
    }
}

/// The exceptions of a group.
pub(crate) fn errors(error: &Error) -> Vec<String> {
    let group = error.downcast_ref::<ExceptionGroup>().expect("a group");
    group.exceptions().iter().map(text).collect()
}

/// How many requests to cancel the current task has.
pub(crate) fn cancelling() -> usize {
    current_task().unwrap().unwrap().cancelling()
}

/// How many threads of this process have names that begin with `prefix`, which is no longer than 12 bytes. A thread
/// is listed until the kernel has let it go, a moment after it was joined; so nothing counts that goes away.
pub(crate) fn threads_named(prefix: &str) -> usize {
    let named = || {
        let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
        let names = tasks.map(|task| std::fs::read_to_string(task?.path().join("comm")));
        names
            .flatten()
            .filter(|name| name.starts_with(prefix))
            .count()
    };
    let mut least = usize::MAX;
    for _ in 0..50 {
        least = least.min(named());
        if least == 0 {
            break;
        }
        std::thread::yield_now();
    }
    least
}
