//! Where the loop writes what nobody else handles. Mirrors `asyncio.log`.

use std::fmt;
use std::io::{self, Write};

use log::{Level, LevelFilter};

use crate::exceptions::caught;

/// Logs under the target `asyncio`, or writes to standard error while the program has set no logger: a
/// report must not vanish because nobody asked for logs.
///
/// Does not panic: what a logger of the program does not take because it panics goes to standard error as well.
pub fn write(level: Level, message: fmt::Arguments<'_>) {
    if log::max_level() == LevelFilter::Off {
        return write_to_stderr(message);
    }
    if level > log::max_level() {
        return;
    }
    // First the text: what it is made of may panic, and the logger may hold a lock meanwhile.
    let text = printed(message);
    let logged = caught(|| {
        log::log!(target: "asyncio", level, "{text}");
        Ok(())
    });
    if let Err(error) = logged {
        write_to_stderr(format_args!("{text}\nThe logger itself {error}"));
    }
}

/// The text of something that may panic when it is printed.
pub(crate) fn printed(thing: impl fmt::Display) -> String {
    let text = caught(|| Ok(thing.to_string()));
    text.unwrap_or_else(|error| format!("<cannot be printed: {error}>"))
}

/// `seconds` with so many digits after the point, for a report. The standard library's own way, which knows all floats, would be
/// a good part of a small program.
pub fn fixed(seconds: f64, digits: u8) -> impl fmt::Display {
    struct Fixed(f64, u8);
    impl fmt::Display for Fixed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let sign = if self.0 < 0.0 { "-" } else { "" };
            let (unit, digits) = (10_u64.pow(self.1.into()), self.1.into());
            let units = (self.0.abs() * unit as f64).round() as u64;
            let (whole, rest) = (units / unit, units % unit);
            write!(f, "{sign}{whole}.{rest:0digits$}")
        }
    }
    Fixed(seconds, digits)
}

fn write_to_stderr(message: fmt::Arguments<'_>) {
    // `eprintln!` would panic if nobody reads standard error any more.
    let _ = writeln!(io::stderr(), "{}", printed(message));
}

/// Logs an error; see [`write`](fn@write).
pub fn error(message: fmt::Arguments<'_>) {
    write(Level::Error, message);
}

/// Logs a warning; see [`write`](fn@write). Python's `ResourceWarning`s come here as well.
pub fn warning(message: fmt::Arguments<'_>) {
    write(Level::Warn, message);
}
