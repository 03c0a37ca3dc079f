//! What a runtime must offer to take part. Each runtime is a file; [`entrants`] is the list.

mod asyncio;
mod epoll;
mod futures_io;
mod glommio;
mod monoio;
mod python;
mod servers;
mod smol;
mod tokio;

use std::future::Future;
use std::time::Duration;

use futures_channel::mpsc::{self, UnboundedSender};

pub(crate) use self::asyncio::Asyncio;
pub(crate) use self::glommio::Glommio;
pub(crate) use self::monoio::{Epoll, Monoio, Uring};
pub(crate) use self::python::{Call, Script, fewer};
pub(crate) use self::servers::{Duty, LAST, Listen, SEPARATOR, Server, Service, server, servers};
pub(crate) use self::smol::Smol;
pub(crate) use self::tokio::{LocalRuntime, LocalSet, Tokio};
use crate::workloads::Entrant;

/// A runtime that keeps all tasks in the calling thread.
pub(crate) trait Contestant: 'static {
    /// As it appears in tables and on the command line.
    const NAME: &'static str;
    /// Its servers for the TCP workloads.
    const SERVERS: &'static [Server] = &[];

    /// A spawned task.
    type Task<T: 'static>: 'static;
    /// The end of a one-shot future that completes it.
    type Promise<T: 'static>: 'static;
    /// The end that is awaited.
    type Promised<T: 'static>: 'static;
    /// How another thread gives the runtime something to do.
    type Remote: Remote;

    /// Whether this machine lets it run: not every one has io_uring.
    fn is_available() -> bool {
        true
    }

    /// Runs `main` as a task of a new runtime, set up as its users set it up, to its end.
    fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T;

    fn spawn<T: 'static>(body: impl Future<Output = T> + 'static) -> Self::Task<T>;

    fn join<T: 'static>(task: Self::Task<T>) -> impl Future<Output = T>;

    /// Lets all other tasks run.
    fn yield_now() -> impl Future<Output = ()>;

    fn promise<T: 'static>() -> (Self::Promise<T>, Self::Promised<T>);

    fn complete<T: 'static>(promise: Self::Promise<T>, value: T);

    fn receive<T: 'static>(promised: Self::Promised<T>) -> impl Future<Output = T>;

    fn sleep(delay: Duration) -> impl Future<Output = ()>;

    /// `None` if `body` takes longer than `limit`.
    fn timeout<T: 'static>(
        limit: Duration,
        body: impl Future<Output = T> + 'static,
    ) -> impl Future<Output = Option<T>>;

    /// Called within the runtime, which then runs until the last clone is dropped.
    fn remote() -> Self::Remote;
}

/// A runtime as other threads see it.
pub(crate) trait Remote: Clone + Send + 'static {
    /// Has `job` run in the runtime's thread.
    fn post(&self, job: Job);
}

pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A runtime with callbacks.
pub(crate) trait Callbacks: Contestant {
    type EventLoop: Clone + 'static;

    fn running_loop() -> Self::EventLoop;

    fn call_soon(event_loop: &Self::EventLoop, callback: impl FnOnce() + 'static);
}

/// What each contestant can do.
pub(crate) trait ForAll {
    fn entrant<C: Contestant>(&self) -> Entrant;

    /// The same in Python, with operations that may be fewer.
    fn python(&self) -> Option<Call> {
        None
    }
}

/// Everyone who takes part in `workload`.
pub(crate) fn entrants(workload: &impl ForAll) -> Vec<Entrant> {
    let mut entrants = Entrants {
        workload,
        list: Vec::new(),
    };
    entrants.add::<Asyncio>();
    entrants.add::<Tokio<LocalSet>>();
    entrants.add::<Tokio<LocalRuntime>>();
    entrants.add::<Smol>();
    entrants.add::<Monoio<Uring>>();
    entrants.add::<Monoio<Epoll>>();
    entrants.add::<Glommio>();
    entrants
        .list
        .extend(workload.python().iter().flat_map(Call::entrants));
    entrants.list
}

struct Entrants<'a, W> {
    workload: &'a W,
    list: Vec<Entrant>,
}

impl<W: ForAll> Entrants<'_, W> {
    fn add<C: Contestant>(&mut self) {
        if C::is_available() {
            self.list.push(self.workload.entrant::<C>());
        }
    }
}

/// A channel for jobs, and what runs them, for runtimes without a channel of their own.
fn jobs() -> (UnboundedSender<Job>, impl Future<Output = ()>) {
    let (sender, mut receiver) = mpsc::unbounded::<Job>();
    let jobs = async move {
        while let Ok(job) = receiver.recv().await {
            job();
        }
    };
    (sender, jobs)
}

impl Remote for UnboundedSender<Job> {
    fn post(&self, job: Job) {
        self.unbounded_send(job).expect("the runtime runs");
    }
}
