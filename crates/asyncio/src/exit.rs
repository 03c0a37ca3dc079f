//! How a program ends when its run was asked to end. Mirrors what the interpreter does with `SystemExit` and
//! `KeyboardInterrupt`.

use std::io::{Write, stdout};
use std::process::exit;

use asyncio_executor::{KeyboardInterrupt, Result, SignalInterrupt, SystemExit};
use signal_hook::consts::SIGINT;
use signal_hook::low_level::emulate_default_handler;

/// Ends the program if the run that had this outcome was asked to end, as Python's interpreter ends a script; returns any
/// other outcome. [`#[asyncio::main]`](macro@crate::main) does this by itself; it is for a `main` with a
/// [`Runner`](crate::Runner) of its own.
///
/// - `SystemExit` ends it with its code.
/// - `KeyboardInterrupt` ends it by `SIGINT` and [`SignalInterrupt`](crate::SignalInterrupt) by its signal, so that
///   whoever has started the program sees the signal by which it ended: a shell reports 128 + its number.
///
/// ```
/// fn main() -> asyncio::Result<()> {
///     let runner = asyncio::Runner::builder().debug(true).build();
///     let outcome = runner.run(async { asyncio::sleep(0.001).await });
///     runner.close()?;
///     asyncio::exit_if_asked(outcome)
/// }
/// ```
pub fn exit_if_asked<T>(outcome: Result<T>) -> Result<T> {
    if let Err(error) = &outcome {
        if let Some(SystemExit { code }) = error.downcast_ref() {
            exit(*code);
        }
        if error.is::<KeyboardInterrupt>() {
            eprintln!("KeyboardInterrupt");
            die_of(SIGINT);
        }
        if let Some(SignalInterrupt { signal }) = error.downcast_ref() {
            die_of(*signal);
        }
    }
    outcome
}

fn die_of(signal: i32) -> ! {
    // Nothing more can be done if standard output is gone.
    let _ = stdout().flush();
    let _ = emulate_default_handler(signal);
    // It does not kill by default. The status is the one by which shells report a death by it.
    exit(128 + signal)
}
