#![doc = include_str!("../README.md")]

mod expand;
mod options;

use proc_macro::TokenStream;

use crate::expand::{Attribute, expand};

/// For the `main` of a program.
///
/// The function runs as [`asyncio::run`](https://docs.rs/asyncio/latest/asyncio/fn.run.html) runs a coroutine: what
/// it leaves behind is cancelled and awaited, then the loop is closed. It takes no arguments and returns
/// `asyncio::Result<T>`, nothing, or an `ExitCode`. It may have another name, and be what a `main` calls at its end.
///
/// The end of the program is that of a Python script:
///
/// - an error is printed and the exit status is 1;
/// - a panic of the function is a panic of `main`;
/// - a `SystemExit` sets the exit status;
/// - a `KeyboardInterrupt`, that is Ctrl-C, ends the process by `SIGINT`;
/// - a `SignalInterrupt` ends it by the signal that it names.
///
/// # Options
///
/// - `debug = true` switches the loop's debug mode on, `debug = false` off whatever `ASYNCIO_DEBUG` says.
/// - `shutdown_signals`: the program shuts down in order on `SIGTERM` as it does on Ctrl-C; see
///   [`shutdown_signals`](https://docs.rs/asyncio/latest/asyncio/struct.RunnerBuilder.html#method.shutdown_signals) of the
///   runner's builder.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Attribute::Main, arguments.into(), item.into()).into()
}

/// For a test, which runs on a loop of its own.
///
/// It stands where `#[test]` would, takes no arguments, and returns nothing or `asyncio::Result<()>`. Tasks that the
/// test leaves are cancelled and awaited before the loop is closed. `#[should_panic]` and its kin work as usual.
///
/// # Options
///
/// - `virtual_time`: time starts at 0 and jumps to the next deadline whenever nothing else is to do, so that a test
///   may sleep for hours. It stands still while jobs run on threads of a pool, while names are looked up, and while an
///   `OutsideWork` lives; bytes that the test sends itself over sockets and pipes arrive before it jumps. A task that
///   polls with `sleep(0.0)` until something has happened keeps it from jumping. If nothing is left that could wake the
///   loop, the test fails with a `DeadlockError`, which says what each task waits for.
/// - `seed = 7`: tasks that are ready at the same time run in an order that the seed decides, instead of the one in
///   which they became ready, to show what depends on it. The same seed gives the same order. A plain `seed` is another
///   one every time.
/// - `seeds = 100`: runs the test a hundred times, with the seeds 0 to 99, up to the first that fails. The seed of a
///   failure is printed with the line that runs the test with it again: `ASYNCIO_TEST_SEED`, if it is set, is the one
///   seed of all seeded tests.
/// - `debug`, or `debug = false`: as for [`macro@main`].
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Attribute::Test, arguments.into(), item.into()).into()
}
