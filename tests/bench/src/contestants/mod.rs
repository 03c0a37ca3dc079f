//! What a runtime must offer to take part. Each runtime is a file; [`entrants`] is the list.

mod asyncio;
mod epoll;
mod tokio;

use std::fmt::Debug;
use std::future::Future;
use std::net::SocketAddr;

pub(crate) use self::asyncio::Asyncio;
use self::tokio::{LocalRuntime, LocalSet, Tokio};
use crate::Result;
use crate::workloads::{Entrant, TaskWorkload, entrant};

/// A runtime that keeps all tasks in the calling thread.
pub(crate) trait Contestant: 'static {
    /// As it appears in tables and on the command line.
    const NAME: &'static str;
    /// Its servers for the echo workloads.
    const SERVERS: &'static [Server] = &[];

    /// A spawned task, which can be awaited.
    type Task<T: 'static>: Future<Output = std::result::Result<T, Self::Failed>>;
    /// Why a task has no result.
    type Failed: Debug;
    /// The end of a one-shot future that completes it.
    type Promise<T: 'static>: 'static;
    /// The end that is awaited.
    type Promised<T: 'static>: Future<Output = std::result::Result<T, Self::Broken>>;
    /// Why there is nothing to await any more.
    type Broken: Debug;

    /// Runs `main` to its end on a new runtime, set up as its users set it up.
    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T;

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T>;

    /// Lets all other tasks run.
    fn yield_now() -> impl Future<Output = ()>;

    fn promise<T: 'static>() -> (Self::Promise<T>, Self::Promised<T>);

    fn complete<T: 'static>(promise: Self::Promise<T>, value: T);
}

/// A runtime with callbacks.
pub(crate) trait Callbacks: Contestant {
    type EventLoop: Clone + 'static;

    fn running_loop() -> Self::EventLoop;

    fn call_soon(event_loop: &Self::EventLoop, callback: impl FnOnce() + 'static);
}

/// A TCP echo server, run in a process of its own.
pub(crate) struct Server {
    /// As it appears in tables and on the command line.
    pub(crate) name: &'static str,
    /// Serves forever on a free port of 127.0.0.1, and tells which.
    pub(crate) serve: fn(listening: fn(SocketAddr)) -> Result,
}

/// A workload for every contestant.
pub(crate) fn entrants<W: TaskWorkload>(workload: W) -> Vec<Entrant> {
    vec![
        entrant::<Asyncio, W>(workload),
        entrant::<Tokio<LocalSet>, W>(workload),
        entrant::<Tokio<LocalRuntime>, W>(workload),
    ]
}

/// Every server with its contestant.
pub(crate) fn servers() -> impl Iterator<Item = (&'static str, &'static Server)> {
    let all = [
        (Asyncio::NAME, Asyncio::SERVERS),
        (Tokio::<LocalSet>::NAME, Tokio::<LocalSet>::SERVERS),
        (Tokio::<LocalRuntime>::NAME, Tokio::<LocalRuntime>::SERVERS),
        (epoll::NAME, epoll::SERVERS),
    ];
    all.into_iter()
        .flat_map(|(contestant, servers)| servers.iter().map(move |server| (contestant, server)))
}
