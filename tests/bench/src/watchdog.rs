//! Ends what takes forever, as a benchmark must not hang in CI: first the process that is asked, then the program.

use std::process;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Looks on from a thread of its own.
pub(crate) struct Watchdog {
    next: Sender<String>,
}

impl Watchdog {
    pub(crate) fn start() -> Self {
        let (next, all) = mpsc::channel();
        thread::spawn(move || watch(&all));
        Watchdog { next }
    }

    /// What comes next. It may take [`LIMIT`] until the next call.
    pub(crate) fn expect(&self, what: &str) {
        *asked() = None;
        // There is nobody to be told only when the program ends.
        let _ = self.next.send(what.to_owned());
    }
}

/// What comes next needs this child process: if it takes too long, the process is killed. Who waits for the process
/// sees that, and others go on.
pub(crate) fn asks(child: u32) {
    *asked() = Some(child);
}

/// This child process is about to be waited for, after which its number may be another one's.
pub(crate) fn forget(child: u32) {
    asked().take_if(|asked| *asked == child);
}

fn asked() -> MutexGuard<'static, Option<u32>> {
    static ASKED: Mutex<Option<u32>> = Mutex::new(None);
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(all: &Receiver<String>) {
    let mut current = String::new();
    loop {
        match all.recv_timeout(LIMIT) {
            Ok(next) => current = next,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("error: {current} did not end in {} s", LIMIT.as_secs());
                if !kill_asked() {
                    process::exit(1);
                }
            }
        }
    }
}

/// Whether there was a process to kill.
fn kill_asked() -> bool {
    // Locked until it is killed: so nobody waits for it meanwhile.
    let mut asked = asked();
    let process = asked.take().and_then(|child| Pid::from_raw(child as i32));
    process.is_some_and(|process| kill_process(process, Signal::KILL).is_ok())
}

/// Many times what anything needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
