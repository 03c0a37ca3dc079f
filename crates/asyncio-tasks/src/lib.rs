#![doc = include_str!("../README.md")]

mod callbacks;
pub mod concurrent;
mod futures;
mod loop_tasks;
mod runners;
mod state;
mod suspension;
mod tasks;

pub use asyncio_executor::*;

pub use concurrent::{ProxyTasks, run_coroutine_threadsafe, wrap_future};
pub use futures::{DoneCallback, FromAny, Future, IntoDoneCallback, Shared};
pub use loop_tasks::LoopTasks;
pub use runners::{Runner, RunnerBuilder, run};
pub use suspension::Suspension;
pub use tasks::{
    AnyTask, EnsureFuture, FutureLike, Sleep, Task, TaskBuilder, all_tasks, create_task,
    current_task, ensure_future, sleep,
};
