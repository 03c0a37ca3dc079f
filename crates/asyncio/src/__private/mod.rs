//! What the code refers to that [`main`](macro@crate::main) and [`test`](macro@crate::test) generate.

mod seeds;

use std::cell::Cell;
use std::future::Future;
use std::panic::resume_unwind;
use std::process::{ExitCode, exit};
use std::rc::Rc;

use asyncio_executor::{Error, EventLoop, PanicError, Result};
use asyncio_reactor::VirtualClock;
pub use asyncio_tasks::Runner;
pub use seeds::{SeededTest, Seeds, shuffled_loop, shuffled_virtual_loop};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::exit_if_asked;

/// Runs a program, and ends it as the interpreter ends a script: see [`macro@crate::main`].
#[track_caller]
pub fn main<R: Output>(runner: Runner, coroutine: impl Future<Output = R> + 'static) -> R {
    let result = exit_if_asked(run(&runner, coroutine));
    R::from_result(result, |error| {
        eprintln!("Error: {error:?}");
        exit(1)
    })
}

/// Runs a test.
#[track_caller]
pub fn test<R: Output>(runner: Runner, coroutine: impl Future<Output = R> + 'static) -> R {
    R::from_result(run(&runner, coroutine), |error| panic!("{error:?}"))
}

/// A loop whose time is virtual and starts at 0.
pub fn virtual_loop() -> Result<EventLoop> {
    EventLoop::builder().clock(VirtualClock::new(0.0)).build()
}

/// The signals by which terminals and service managers ask a program to end.
pub const SHUTDOWN_SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// What a function under one of the attributes may return.
#[diagnostic::on_unimplemented(
    message = "a function under `#[asyncio::main]` or `#[asyncio::test]` cannot return `{Self}`",
    label = "must be `()`, `asyncio::Result<T>` or `ExitCode`",
    note = "return `asyncio::Result<()>`: `?` converts every error into its `asyncio::Error`"
)]
pub trait Output: Sized {
    /// What the coroutine returns if nothing goes wrong.
    type Value: 'static;

    /// As a coroutine returns it.
    fn into_result(self) -> Result<Self::Value>;

    /// As the function returns it. `end` is for errors that it cannot return.
    fn from_result(result: Result<Self::Value>, end: fn(Error) -> Self::Value) -> Self;
}

impl<T: 'static> Output for Result<T> {
    type Value = T;

    fn into_result(self) -> Result<T> {
        self
    }

    fn from_result(result: Result<T>, _end: fn(Error) -> T) -> Self {
        result
    }
}

impl Output for () {
    type Value = ();

    fn into_result(self) -> Result<()> {
        Ok(())
    }

    fn from_result(result: Result<()>, end: fn(Error)) {
        result.unwrap_or_else(end)
    }
}

impl Output for ExitCode {
    type Value = ExitCode;

    fn into_result(self) -> Result<ExitCode> {
        Ok(self)
    }

    fn from_result(result: Result<ExitCode>, end: fn(Error) -> ExitCode) -> Self {
        result.unwrap_or_else(end)
    }
}

/// Runs the function to its end. Its panic goes on here.
#[track_caller]
fn run<R: Output>(
    runner: &Runner,
    coroutine: impl Future<Output = R> + 'static,
) -> Result<R::Value> {
    let returned = Rc::new(Cell::new(false));
    let outcome = runner.run({
        let returned = returned.clone();
        async move {
            let output = coroutine.await;
            returned.set(true);
            output.into_result()
        }
    });
    let closed = runner.close();
    // A `PanicError` that the function returned is an error like others, from a task that it awaited.
    if let Err(error) = &outcome
        && !returned.get()
        && let Some(panic) = error.downcast_ref::<PanicError>()
    {
        resume_unwind(Box::new(panic.message().to_owned()));
    }
    let value = outcome?;
    closed?;
    Ok(value)
}
