#![doc = include_str!("../README.md")]

mod async_generator;
mod by_address;
mod callbacks;
mod cancel_scopes;
mod closing;
pub mod concurrent;
mod default_executor;
mod exception_group;
mod futures;
mod graph;
mod inspect;
mod interrupts;
mod loop_tasks;
mod runners;
mod state;
mod suspension;
mod sync;
mod taskgroups;
mod tasks;
mod threads;
mod timeouts;

pub use asyncio_executor::*;

pub use async_generator::{AsyncGenerator, GeneratorExit, Yielder};
pub use cancel_scopes::{
    CancelScope, checkpoint, current_effective_deadline, fail_after, fail_at, move_on_after,
    move_on_at, outside_of_scopes,
};
pub use concurrent::{ProxyTasks, run_coroutine_threadsafe, wrap_future};
pub use default_executor::IntoExecutor;
pub use exception_group::ExceptionGroup;
pub use futures::{DoneCallback, FromAny, Future, Shared};
pub use graph::{
    CallGraph, Frame, FrameCallGraphEntry, FutureCallGraph, capture_call_graph, format_call_graph,
    future_add_to_awaited_by, future_discard_from_awaited_by, print_call_graph,
};
pub use loop_tasks::LoopTasks;
pub use runners::{Runner, RunnerBuilder, run};
pub use suspension::{Suspension, WaitLine};
pub use taskgroups::{GroupTaskBuilder, TaskGroup, TaskGroupBuilder};
pub use tasks::{
    ALL_COMPLETED, AnyCoroutine, AnyTask, AsCompleted, Awaitable, Child, Children, Completed,
    CompletedIter, EnsureFuture, FIRST_COMPLETED, FIRST_EXCEPTION, FutureLike, Gather,
    GatherIterable, GatherResults, GatherTuple, IntoGather, NextCompleted, ReturnWhen, Sleep, Task,
    TaskBuilder, TaskFactory, TaskSpec, TaskStack, TryGather, Wait, WaitFor, Waitable, Waited,
    all_tasks, as_completed, create_eager_task_factory, create_task, current_task,
    eager_task_factory, ensure_future, gather, shield, sleep, try_gather, wait, wait_for,
};
pub use threads::to_thread;
pub use timeouts::{IntoTimeout, Timeout, timeout, timeout_at};
