//! What the tests share.

use std::cell::RefCell;
use std::env;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::process::Command;
use std::rc::Rc;

use asyncio_transports::{
    Error, EventLoop, Future, LoopTasks, Result, get_running_loop, new_event_loop, sleep,
};

/// Runs `main` on a loop of its own, and closes it.
pub(crate) fn run<T: 'static>(main: impl std::future::Future<Output = Result<T>> + 'static) -> T {
    run_on(&new_event_loop().unwrap(), main)
}

/// Runs `main` on `event_loop`, and closes it.
pub(crate) fn run_on<T: 'static>(
    event_loop: &EventLoop,
    main: impl std::future::Future<Output = Result<T>> + 'static,
) -> T {
    let outcome = event_loop.run_until_complete(main);
    event_loop.close().unwrap();
    outcome.unwrap()
}

/// What happened, in order; a test can wait for an entry.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<LogState>);

#[derive(Default)]
struct LogState {
    entries: RefCell<Vec<String>>,
    waiting: RefCell<Vec<Future<()>>>,
}

impl Log {
    pub(crate) fn add(&self, entry: impl Into<String>) {
        self.0.entries.borrow_mut().push(entry.into());
        for waiting in self.0.waiting.take() {
            waiting.set_result(()).unwrap();
        }
    }

    /// Waits for an entry that begins with `start`.
    pub(crate) async fn until(&self, start: &str) -> Result<()> {
        self.until_count(start, 1).await
    }

    /// Waits for so many entries that begin with `start`.
    pub(crate) async fn until_count(&self, start: &str, count: usize) -> Result<()> {
        while self.count(start) < count {
            let more = get_running_loop()?.create_future();
            self.0.waiting.borrow_mut().push(more.clone());
            more.await?;
        }
        Ok(())
    }

    pub(crate) fn count(&self, start: &str) -> usize {
        let entries = self.0.entries.borrow();
        entries
            .iter()
            .filter(|entry| entry.starts_with(start))
            .count()
    }

    /// The entries so far, which are removed.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.entries.take()
    }
}

/// How the scenarios print an exception.
pub(crate) fn show(exc: Option<&Error>) -> String {
    match exc {
        None => "none".into(),
        Some(error) => format!("{}: {error}", error.type_name()),
    }
}

/// Has what goes to the exception handler logged, as `handler: message, exception`.
pub(crate) fn log_reports(log: &Log) {
    let log = log.clone();
    get_running_loop()
        .unwrap()
        .set_exception_handler(move |_, context| {
            let message = context
                .message()
                .split(" created at")
                .next()
                .unwrap()
                .to_owned();
            log.add(format!("handler: {message}, {}", show(context.exception())));
        });
}

/// Lets so many iterations pass.
pub(crate) async fn pass(iterations: usize) -> Result<()> {
    for _ in 0..iterations {
        sleep(0.0).await?;
    }
    Ok(())
}

/// Reads `count` bytes, or to the end if that comes first, while the loop goes on. `source` must not block.
pub(crate) async fn receive(source: &mut (impl Read + AsFd), count: usize) -> Result<Vec<u8>> {
    let mut received = Vec::new();
    let mut memory = vec![0; 1 << 16];
    while received.len() < count {
        let room = memory.len().min(count - received.len());
        match source.read(&mut memory[..room]) {
            Ok(0) => break,
            Ok(size) => received.extend_from_slice(&memory[..size]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => readable(&mut *source).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(received)
}

/// Writes all of `data` while the loop goes on. `target` must not block.
pub(crate) async fn send(target: &mut (impl Write + AsFd), mut data: &[u8]) -> Result<()> {
    while !data.is_empty() {
        match target.write(data) {
            Ok(size) => data = &data[size..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => pass(1).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Waits until `fd` can be read.
pub(crate) async fn readable(fd: impl AsFd) -> Result<()> {
    let event_loop = get_running_loop()?;
    let ready = event_loop.create_future();
    event_loop.add_reader(&fd, {
        let ready = ready.clone();
        move || ready.done() || ready.set_result(()).is_ok()
    })?;
    let outcome = ready.await;
    event_loop.remove_reader(&fd)?;
    outcome
}

/// For a test that changes its process: runs the test `name` alone in another one, and says whether this is it.
pub(crate) fn is_own_process(name: &str) -> bool {
    const MARK: &str = "ASYNCIO_TEST_IN_OWN_PROCESS";
    if env::var_os(MARK).is_some() {
        return true;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    let child = command
        .args(["--exact", name, "--nocapture"])
        .env(MARK, "1");
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "no test is called {name}"
    );
    false
}

/// What was logged in this thread since the last call.
pub(crate) fn logged() -> Vec<String> {
    LOGGED.take()
}

/// Keeps what this thread logs for [`logged`].
pub(crate) fn keep_log() {
    // It fails if another test was first, with the same logger.
    let _ = log::set_logger(&Logger);
    log::set_max_level(log::LevelFilter::Warn);
}

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = record.args().to_string();
        // Fails at the end of the thread.
        let _ = LOGGED.try_with(|logged| logged.borrow_mut().push(text));
    }

    fn flush(&self) {}
}
