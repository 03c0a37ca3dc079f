//! The workloads. Those in [`tasks`] are generic over the contestant; [`echo`] runs servers.

mod echo;
mod tasks;

use std::future::Future;

use crate::Result;
use crate::clock::thread_cpu;
use crate::contestants::{Asyncio, Contestant, entrants};
use crate::options::Scale;

/// Something to do, and who does it.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// What the numbers of a sample are.
    pub(crate) measures: &'static [&'static str],
    /// How many rounds count as one that the command line asks for.
    pub(crate) rounds: usize,
    pub(crate) entrants: Vec<Entrant>,
}

/// A contestant, or one of its servers, in one workload.
pub(crate) struct Entrant {
    pub(crate) contestant: &'static str,
    pub(crate) name: &'static str,
    /// Does the work once, and returns one number for each of the workload's measures.
    pub(crate) run: Box<dyn Fn() -> Result<Vec<f64>>>,
}

/// A workload that consists of so many equal operations in one thread.
pub(crate) trait TaskWorkload: Copy + 'static {
    fn operations(self) -> u64;

    /// Does the operations and returns their number as the sum of what each of them returned.
    fn run<C: Contestant>(self) -> impl Future<Output = u64> + 'static;
}

/// Everything that can be measured.
pub(crate) fn all(scale: Scale) -> Vec<Workload> {
    let of = |operations| scale.of(operations);
    let tasks = [
        spawn_join("spawn-join-100k", of(100_000)),
        spawn_join("spawn-join-1m", of(1_000_000)),
        spawn_await("spawn-await", of(500_000)),
        yields("yield-1000", 1_000, of(2_000_000)),
        yields("yield-2", 2, of(1_000_000)),
        wakes("wake-1000", 1_000, of(5_000_000)),
        wakes("wake-2", 2, of(5_000_000)),
        futures("future-1000", 1_000, of(2_000_000)),
        callbacks("call-soon-1000", 1_000, of(5_000_000)),
    ];
    tasks
        .into_iter()
        .chain([
            echo::workload("echo-1", 1, of(5_000)),
            echo::workload("echo-50", 50, of(10_000)),
        ])
        .collect()
}

fn spawn_join(name: &'static str, tasks: u64) -> Workload {
    in_one_thread(name, &["ns per task"], entrants(tasks::SpawnJoin(tasks)))
}

fn spawn_await(name: &'static str, tasks: u64) -> Workload {
    in_one_thread(name, &["ns per task"], entrants(tasks::SpawnAwait(tasks)))
}

fn yields(name: &'static str, tasks: u64, yields: u64) -> Workload {
    in_one_thread(
        name,
        &["ns per yield"],
        entrants(tasks::Yield::new(tasks, yields)),
    )
}

fn wakes(name: &'static str, tasks: u64, wakes: u64) -> Workload {
    in_one_thread(
        name,
        &["ns per wake-up"],
        entrants(tasks::Wake::new(tasks, wakes)),
    )
}

fn futures(name: &'static str, tasks: u64, futures: u64) -> Workload {
    in_one_thread(
        name,
        &["ns per future"],
        entrants(tasks::Futures::new(tasks, futures)),
    )
}

fn callbacks(name: &'static str, chains: u64, callbacks: u64) -> Workload {
    in_one_thread(
        name,
        &["ns per callback"],
        vec![callback_entrant(tasks::CallSoon::new(chains, callbacks))],
    )
}

fn in_one_thread(
    name: &'static str,
    measures: &'static [&'static str],
    entrants: Vec<Entrant>,
) -> Workload {
    Workload {
        name,
        measures,
        rounds: 1,
        entrants,
    }
}

pub(crate) fn entrant<C: Contestant, W: TaskWorkload>(workload: W) -> Entrant {
    let main = move || time::<C>(workload.operations(), workload.run::<C>());
    Entrant {
        contestant: C::NAME,
        name: C::NAME,
        run: Box::new(main),
    }
}

fn callback_entrant(workload: tasks::CallSoon) -> Entrant {
    let main = move || time::<Asyncio>(workload.operations(), workload.run::<Asyncio>());
    Entrant {
        contestant: Asyncio::NAME,
        name: Asyncio::NAME,
        run: Box::new(main),
    }
}

/// Runs `work` on a new runtime, checks that it did all operations, and returns nanoseconds of processor time for
/// each. Setting up and tearing down the runtime does not count.
fn time<C: Contestant>(
    operations: u64,
    work: impl Future<Output = u64> + 'static,
) -> Result<Vec<f64>> {
    let (sum, elapsed) = C::run(async {
        let start = thread_cpu();
        let sum = work.await;
        (sum, thread_cpu() - start)
    });
    if sum != operations {
        return Err(format!("did {sum} of {operations} operations").into());
    }
    Ok(vec![elapsed.as_secs_f64() * 1e9 / operations as f64])
}
