//! What a program says, so that a test can read it.

use std::cell::RefCell;

/// As `println!`, for the test of this thread to read.
macro_rules! say {
    ($($arg:tt)*) => { $crate::support::note(format!($($arg)*)) };
}
pub(crate) use say;

pub(crate) fn note(line: String) {
    SAID.with_borrow_mut(|said| said.push(line));
}

/// The lines that this thread has said since it was last asked.
pub(crate) fn said() -> Vec<String> {
    SAID.take()
}

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}
