//! What the twins share: texts as Python prints them, and what a script has from its standard library.

use std::cell::RefCell;
use std::env;
use std::fmt;
use std::io::{self, Read};
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use asyncio::{
    AnyTask, CancelledError, Error, EventLoop, ExceptionGroup, KeyboardInterrupt, PanicError,
    Result, RuntimeError, TimeoutError,
};
use asyncio_reactor::{Event, Interest, Notifier, PollingSelector, Selector, default_selector};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// `f"{type(e).__name__}({e})"`.
pub(crate) fn err(error: &Error) -> String {
    format!("{}({})", error.type_name(), text(error))
}

/// `str(e)`. Where Python has no text, Rust's `Display` says what the type means.
pub(crate) fn text(error: &Error) -> String {
    let message = if let Some(error) = error.downcast_ref::<CancelledError>() {
        error.msg().unwrap_or_default()
    } else if let Some(error) = error.downcast_ref::<TimeoutError>() {
        error.message()
    } else if let Some(error) = error.downcast_ref::<KeyboardInterrupt>() {
        error.message()
    } else {
        return error.to_string();
    };
    message.to_owned()
}

/// `f"{type(e).__name__}: {e}"`, the name alone if there is no text, and `none` for `None`.
pub(crate) fn error<'a>(error: impl Into<Option<&'a Error>>) -> String {
    let Some(error) = error.into() else {
        return "none".to_owned();
    };
    match text(error) {
        text if text.is_empty() => error.type_name().to_owned(),
        text => format!("{}: {text}", error.type_name()),
    }
}

/// The members of the exception group that `error` is.
pub(crate) fn members(error: &Error) -> &[Error] {
    let group = error.downcast_ref::<ExceptionGroup>();
    group.map_or(&[], ExceptionGroup::exceptions)
}

/// Python's builtin `KeyError`, which shows its key as Python writes it.
#[derive(Debug)]
pub(crate) struct KeyError(pub(crate) &'static str);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0)
    }
}

impl std::error::Error for KeyError {}

/// A list of lines that several tasks append to, and of which clones are the same list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Rc<RefCell<Vec<String>>>);

impl Lines {
    pub(crate) fn append(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// `append` as a callback.
    pub(crate) fn appender(&self, line: &'static str) -> impl FnOnce() + 'static {
        let log = self.clone();
        move || log.append(line)
    }

    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    pub(crate) fn sort(&self) {
        self.0.borrow_mut().sort();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// `separator.join(log)`.
    pub(crate) fn join(&self, separator: &str) -> String {
        self.0.borrow().join(separator)
    }
}

/// Runs what raises a `RuntimeError` in Python and panics with its text in Rust.
pub(crate) fn attempt<R>(misuse: impl FnOnce() -> R) -> Result<R> {
    catch_unwind(AssertUnwindSafe(misuse)).map_err(|payload| {
        let panic = PanicError::from_payload(&*payload);
        match panic.message().strip_prefix("RuntimeError: ") {
            Some(text) => RuntimeError::with_message(text.to_owned()).into(),
            None => panic.into(),
        }
    })
}

/// `asyncio.current_task()` where there is one.
pub(crate) fn current_task() -> Result<AnyTask> {
    let task = asyncio::current_task()?;
    task.ok_or_else(|| RuntimeError::with_message("no task is running").into())
}

/// `loop.stop` as a callback.
pub(crate) fn stop(event_loop: &EventLoop) -> impl FnOnce() + 'static {
    let event_loop = event_loop.clone();
    move || event_loop.stop()
}

/// A loop that polls between any two iterations, as CPython's does.
pub(crate) fn exact_loop() -> Result<EventLoop> {
    EventLoop::builder().poll_interval(1).build()
}

/// `sock.recv(10).decode()`.
pub(crate) fn recv(mut socket: &UnixStream) -> io::Result<String> {
    let mut bytes = [0; 10];
    let count = socket.read(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

/// `signal.raise_signal(signal.SIGINT)`.
pub(crate) fn interrupt() -> io::Result<()> {
    signal_hook::low_level::raise(signal_hook::consts::SIGINT)
}

/// Passes what asyncio logs, with Python's names for the levels, to `print` (`logger.addHandler`).
pub(crate) fn print_log(print: fn(level: &str, message: &str)) {
    struct PrintLog(fn(&str, &str));
    impl Log for PrintLog {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "asyncio"
        }

        fn log(&self, record: &Record<'_>) {
            let level = match record.level() {
                Level::Warn => "warning".into(),
                other => other.as_str().to_lowercase(),
            };
            if self.enabled(record.metadata()) {
                (self.0)(&level, &record.args().to_string());
            }
        }

        fn flush(&self) {}
    }
    log::set_logger(Box::leak(Box::new(PrintLog(print)))).expect("a twin sets one logger");
    log::set_max_level(LevelFilter::Warn);
}

/// The default selector, or the one of `ASYNCIO_SELECTOR`, that reports how long it is asked to wait.
pub(crate) fn watched_selector(
    report: impl FnMut(Option<Duration>) + 'static,
) -> Result<impl Selector + 'static> {
    let selector = match env::var("ASYNCIO_SELECTOR").as_deref() {
        Ok("polling") => Box::new(PollingSelector::new()?),
        _ => default_selector()?,
    };
    Ok(WatchedSelector { selector, report })
}

struct WatchedSelector<F> {
    selector: Box<dyn Selector>,
    report: F,
}

impl<F: FnMut(Option<Duration>)> Selector for WatchedSelector<F> {
    fn register(&mut self, fd: BorrowedFd<'_>, interest: Interest) -> io::Result<()> {
        self.selector.register(fd, interest)
    }

    fn modify(&mut self, fd: RawFd, interest: Interest) -> io::Result<()> {
        self.selector.modify(fd, interest)
    }

    fn unregister(&mut self, fd: RawFd) -> io::Result<()> {
        self.selector.unregister(fd)
    }

    fn select(&mut self, timeout: Option<Duration>, events: &mut Vec<Event>) -> io::Result<()> {
        (self.report)(timeout);
        self.selector.select(timeout, events)
    }

    fn notifier(&self) -> Notifier {
        self.selector.notifier()
    }
}
