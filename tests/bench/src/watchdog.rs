//! Ends the program if something takes forever, as a benchmark must not hang in CI.

use std::process;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

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
        // There is nobody to be told only when the program ends.
        let _ = self.next.send(what.to_owned());
    }
}

fn watch(all: &Receiver<String>) {
    let mut current = String::new();
    loop {
        match all.recv_timeout(LIMIT) {
            Ok(next) => current = next,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("error: {current} did not end in {} s", LIMIT.as_secs());
                process::exit(1);
            }
        }
    }
}

/// Many times what anything needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
