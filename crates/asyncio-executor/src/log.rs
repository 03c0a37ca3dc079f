//! Where the loop writes what nobody else handles. Mirrors `asyncio.log`.

use std::fmt;
use std::io::{self, Write};

use log::{Level, LevelFilter};

/// Logs under the target `asyncio`, or writes to standard error while the program has set no logger: a
/// report must not vanish because nobody asked for logs.
pub fn write(level: Level, message: fmt::Arguments<'_>) {
    if log::max_level() == LevelFilter::Off {
        // `eprintln!` would panic if nobody reads standard error any more.
        let _ = writeln!(io::stderr(), "{message}");
    } else {
        log::log!(target: "asyncio", level, "{message}");
    }
}

/// Logs an error; see [`write`](fn@write).
pub fn error(message: fmt::Arguments<'_>) {
    write(Level::Error, message);
}

/// Logs a warning; see [`write`](fn@write). Python's `ResourceWarning`s come here as well.
pub fn warning(message: fmt::Arguments<'_>) {
    write(Level::Warn, message);
}
