#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod __private;
pub mod prelude;

// asyncio.events, asyncio.base_events
#[doc(inline)]
pub use asyncio_executor::{
    CallbackOutput, ContextThing, EventLoop, EventLoopBuilder, EventLoopProxy, ExceptionContext,
    ExceptionHandler, Handle, IntoDelay, ThreadsafeHandle, TimerHandle, get_event_loop,
    get_running_loop, new_event_loop, set_event_loop, try_running_loop,
};

// asyncio.exceptions, and Python's builtin exceptions
#[doc(inline)]
pub use asyncio_executor::{
    CancelledError, Error, InvalidStateError, KeyboardInterrupt, PanicError, Result, RuntimeError,
    SystemExit, TimeoutError, TypeError, ValueError,
};

// contextvars
#[doc(inline)]
pub use asyncio_executor::{Context, ContextSnapshot, ContextVar, Token, copy_context};

// selectors, and what time.monotonic is to a loop
#[cfg(any(target_os = "linux", target_os = "android"))]
#[doc(inline)]
pub use asyncio_reactor::EpollSelector;
#[doc(inline)]
pub use asyncio_reactor::{
    Clock, DefaultSelector, PollingSelector, Selector, SystemClock, VirtualClock, default_selector,
};

// asyncio.futures
#[doc(inline)]
pub use asyncio_tasks::{DoneCallback, Future, IntoDoneCallback};
// concurrent.futures: what threads wait for.
pub use asyncio_tasks::{concurrent, run_coroutine_threadsafe, wrap_future};

// asyncio.tasks
#[doc(inline)]
pub use asyncio_tasks::{
    AnyTask, EnsureFuture, FutureLike, LoopTasks, Sleep, Task, TaskBuilder, all_tasks, create_task,
    current_task, ensure_future, sleep,
};

// asyncio.runners
#[doc(inline)]
pub use asyncio_tasks::{Runner, RunnerBuilder, run};

/// Makes an `async fn` the `main` of a program: `asyncio.run(main())` at the end of a Python script.
///
/// ```no_run
/// #[asyncio::main]
/// async fn main() -> asyncio::Result<()> {
///     asyncio::sleep(1.0).await?;
///     println!("a second later");
///     Ok(())
/// }
/// ```
#[doc(inline)]
pub use asyncio_macros::main;

/// Makes an `async fn` a test: a method of Python's `unittest.IsolatedAsyncioTestCase`.
///
/// ```
/// #[asyncio::test(virtual_time)]
/// async fn an_hour_passes() -> asyncio::Result<()> {
///     let start = asyncio::get_running_loop()?.time();
///     asyncio::sleep(3600.0).await?;
///     assert_eq!(asyncio::get_running_loop()?.time() - start, 3600.0);
///     Ok(())
/// }
/// ```
#[doc(inline)]
pub use asyncio_macros::test;

pub mod extend {
    //! For authors of awaitables: how an await suspends the current task, and sees its cancellation.
    //!
    //! Whoever only awaits what asyncio offers does not need it, nor does a future of another library, which a task
    //! can await as it is: cancelling the task then drops it.

    #[doc(inline)]
    pub use asyncio_tasks::Suspension;
}
