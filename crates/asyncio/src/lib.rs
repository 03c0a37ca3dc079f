#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod __private;
mod exit;
pub mod prelude;

// How a program ends
pub use exit::exit_if_asked;

// asyncio.events, asyncio.base_events
#[doc(inline)]
pub use asyncio_executor::{
    CallbackOutput, ContextThing, EventLoop, EventLoopBuilder, EventLoopProxy, ExceptionContext,
    ExceptionHandler, Handle, IntoDelay, OutsideWork, RunForever, ThreadsafeHandle, TimerHandle,
    get_event_loop, get_running_loop, new_event_loop, set_event_loop,
};

// asyncio.exceptions, and Python's builtin exceptions
#[doc(inline)]
pub use asyncio_executor::{
    CancelledError, DeadlockError, Error, InvalidStateError, KeyboardInterrupt, PanicError, Result,
    RuntimeError, SignalInterrupt, SystemExit, TimeoutError, TypeError, ValueError,
};

// contextvars
#[doc(inline)]
pub use asyncio_executor::{Context, ContextSnapshot, ContextVar, Token, copy_context};

// Python's module signal
#[doc(inline)]
pub use asyncio_executor::signal;

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
pub use asyncio_tasks::{DoneCallback, Future};

// asyncio.tasks
#[doc(inline)]
pub use asyncio_tasks::{
    ALL_COMPLETED, AnyCoroutine, AnyTask, AsCompleted, Awaitable, Completed, CompletedIter,
    EnsureFuture, FIRST_COMPLETED, FIRST_EXCEPTION, FutureLike, Gather, GatherResults, IntoGather,
    LoopTasks, NextCompleted, ReturnWhen, Sleep, Task, TaskBuilder, TaskFactory, TaskSpec,
    TaskStack, Wait, WaitFor, Waitable, all_tasks, as_completed, create_eager_task_factory,
    create_task, current_task, eager_task_factory, ensure_future, gather, shield, sleep, wait,
    wait_for,
};

// asyncio.graph
#[doc(inline)]
pub use asyncio_tasks::{
    CallGraph, Frame, FrameCallGraphEntry, FutureCallGraph, Waited, capture_call_graph,
    format_call_graph, future_add_to_awaited_by, future_discard_from_awaited_by, print_call_graph,
};

// asynchronous generators, and the builtin GeneratorExit
#[doc(inline)]
pub use asyncio_tasks::{AsyncGenerator, GeneratorExit, Yielder};

// asyncio.timeouts
#[doc(inline)]
pub use asyncio_tasks::{IntoTimeout, Timeout, timeout, timeout_at};

// asyncio.taskgroups, and the builtin ExceptionGroup
#[doc(inline)]
pub use asyncio_tasks::{ExceptionGroup, GroupTaskBuilder, TaskGroup, TaskGroupBuilder};

// what asyncio does not have: the cancel scopes of trio and anyio, a gather that fails as a whole
#[doc(inline)]
pub use asyncio_tasks::{
    CancelScope, TryGather, checkpoint, current_effective_deadline, fail_after, fail_at,
    move_on_after, move_on_at, try_gather,
};

// concurrent.futures, asyncio.threads
#[doc(inline)]
pub use asyncio_tasks::concurrent::{Executor, ThreadPoolExecutor};
#[doc(inline)]
pub use asyncio_tasks::{
    IntoExecutor, ProxyTasks, concurrent, run_coroutine_threadsafe, to_thread, wrap_future,
};

// concurrent.futures.process
#[cfg(all(unix, feature = "process-pool"))]
#[doc(inline)]
pub use asyncio_tasks::{RemoteError, concurrent::ProcessPoolExecutor, process_jobs};

// asyncio.runners
#[doc(inline)]
pub use asyncio_tasks::{Runner, RunnerBuilder, run};

// asyncio.locks
#[doc(inline)]
pub use asyncio_sync::{
    Acquire, AcquireSemaphore, Barrier, BoundedSemaphore, BrokenBarrierError, Condition,
    ConditionGuard, ConditionWait, Event, EventWait, GuardWait, Lock, LockGuard, Locking,
    OwnedLockGuard, OwnedPermit, Permit, Permitting, Semaphore,
};

// asyncio.queues
#[doc(inline)]
pub use asyncio_queue::{
    Fifo, Get, GetError, Items, Lifo, LifoQueue, NextItem, Priority, PriorityQueue, Put, PutError,
    Queue, QueueEmpty, QueueFull, QueueShutDown, Store,
};

// asyncio.protocols
#[doc(inline)]
pub use asyncio_transports::{
    AnyProtocol, BufferedProtocol, IntoProtocol, Protocol, ProtocolRef, raise,
};

// asyncio.transports, asyncio.trsock
#[doc(inline)]
pub use asyncio_transports::{AddressFamily, ExtraInfo, SocketKind, Transport, TransportSocket};

// the network methods of asyncio.base_events
#[doc(inline)]
pub use asyncio_transports::{
    ConnectAcceptedSocket, CreateConnection, CreateServer, Host, Hosts, LoopTransports, Server,
};

pub mod staggered {
    //! Attempts that start one after the other: `asyncio.staggered`.

    #[doc(inline)]
    pub use asyncio_transports::staggered_race;
}

// asyncio.streams
#[doc(inline)]
pub use asyncio_streams::{
    Bytes, ClientConnectedOutput, IncompleteReadError, LimitOverrunError, OpenConnection,
    Separator, Separators, StartServer, StreamReader, StreamReaderProtocol, StreamWriter,
    open_connection, start_server,
};

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
    //! For authors of awaitables, transports, protocols and selectors of a kind of their own.
    //!
    //! - [`Suspension`] is how an await suspends the current task, and sees its cancellation. A future of another
    //!   library needs none: a task can await it as it is, and is cancelled by dropping it.
    //! - [`Waiters`](waiters::Waiters) is a fair wait queue on top of it, and [`WaitLine`] what any queue of waiters may be.
    //! - [`TransportObject`] and [`ProtocolObject`] are what transports and protocols are to each other.
    //! - [`StreamFeeder`] and [`FlowControl`] are what streams are to a protocol.
    //! - [`Event`], [`Interest`] and [`Notifier`] are what a [`Selector`](crate::Selector) deals in.

    #[doc(inline)]
    pub use asyncio_reactor::{Event, Interest, Notifier, Notify};
    #[doc(inline)]
    pub use asyncio_streams::{FlowControl, StreamFeeder};
    #[doc(inline)]
    pub use asyncio_sync::waiters;
    #[doc(inline)]
    pub use asyncio_tasks::{Suspension, WaitLine, outside_of_scopes};
    #[doc(inline)]
    pub use asyncio_transports::{ProtocolObject, Receives, TransportObject};
}
