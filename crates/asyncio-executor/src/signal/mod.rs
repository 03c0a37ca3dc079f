//! The signals' numbers, and signals as events of a loop. Mirrors `add_signal_handler` of `asyncio.unix_events` and what
//! it needs of Python's module `signal`.
//!
//! A handler of the operating system only writes a byte to a pipe and sets flags; everything else happens in the loop.

mod arrivals;
mod disposition;
mod handlers;
pub(crate) mod watch;

use std::io;

#[doc(no_inline)]
pub use signal_hook::consts::signal::*;
use signal_hook::low_level;

use crate::exceptions::{RuntimeError, ValueError};

/// Sends `signal` to the calling thread: `signal.raise_signal`.
///
/// # Errors
///
/// `OSError` if there is no such signal.
///
/// ```
/// use asyncio_executor::{new_event_loop, signal};
///
/// fn main() -> asyncio_executor::Result<()> {
///     let event_loop = new_event_loop()?;
///     let stopper = event_loop.clone();
///     event_loop.add_signal_handler(signal::SIGHUP, move || stopper.stop())?;
///     signal::raise_signal(signal::SIGHUP)?;
///     event_loop.run_forever()?;
///     Ok(event_loop.close()?)
/// }
/// ```
pub fn raise_signal(signal: i32) -> io::Result<()> {
    low_level::raise(signal)
}

/// The name of `signal`, such as `SIGTERM`, for those that have a constant here: `signal.Signals(signal).name`.
pub fn name(signal: i32) -> Option<&'static str> {
    low_level::signal_name(signal)
}

/// Python's `_check_signal`.
fn check_number(signal: i32) -> Result<(), ValueError> {
    if is_valid(signal) {
        return Ok(());
    }
    Err(ValueError::with_message(format!(
        "invalid signal number {signal}"
    )))
}

/// Whether `signal.valid_signals()` has it.
fn is_valid(signal: i32) -> bool {
    if cfg!(any(target_os = "linux", target_os = "android")) {
        // The C library keeps 32 and 33 to itself.
        matches!(signal, 1..=31 | 34..=64)
    } else {
        matches!(signal, 1..=31)
    }
}

fn check_catchable(signal: i32) -> Result<(), RuntimeError> {
    let why = match signal {
        SIGKILL | SIGSTOP => "",
        // DIFFERENCE: CPython takes these. Returning from the handler repeats the fault, forever.
        SIGSEGV | SIGBUS | SIGILL | SIGFPE => ": it is a fault of the program itself",
        _ => return Ok(()),
    };
    Err(RuntimeError::with_message(format!(
        "sig {signal} cannot be caught{why}"
    )))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn on_main_thread() -> bool {
    rustix::thread::gettid() == rustix::process::getpid()
}

/// Rust's standard library gives this name to the main thread. A program that gives it to another one as well is
/// mistaken for a well-behaved one; signals reach that thread's loop all the same.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn on_main_thread() -> bool {
    std::thread::current().name() == Some("main")
}
