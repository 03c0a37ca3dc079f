//! The workloads. Those in [`tasks`] are generic over the contestant; [`echo`] runs servers.

mod echo;
mod locks;
mod tasks;
mod threads;
mod timers;

use std::future::Future;

use crate::Result;
use crate::clock::thread_cpu;
use crate::contestants::{Asyncio, Contestant, ForAll, entrants};
use crate::options::Scale;
use tasks::{CallSoon, Futures, SpawnAwait, SpawnJoin, Wake, Yield};
use threads::{Pace, Remotely};
use timers::{Timeout, Timers};

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
    /// The time of one operation.
    const MEASURES: &'static [&'static str];

    fn operations(self) -> u64;

    /// Does the operations and returns their number as the sum of what each of them returned.
    fn run<C: Contestant>(self) -> impl Future<Output = u64> + 'static;
}

/// Everything that can be measured.
pub(crate) fn all(scale: Scale) -> Vec<Workload> {
    let of = |operations| scale.of(operations);
    let mut all = vec![
        for_all("spawn-join-100k", SpawnJoin(of(100_000))),
        for_all("spawn-join-1m", SpawnJoin(of(1_000_000))),
        for_all("spawn-await", SpawnAwait(of(500_000))),
        for_all("yield-1000", Yield::new(1_000, of(2_000_000))),
        for_all("yield-2", Yield::new(2, of(1_000_000))),
        for_all("wake-1000", Wake::new(1_000, of(5_000_000))),
        for_all("wake-2", Wake::new(2, of(5_000_000))),
        for_all("future-1000", Futures::new(1_000, of(2_000_000))),
        for_all("timers-100k", Timers(of(100_000))),
        for_all("timeout", Timeout(of(500_000))),
        for_remotes("remote-burst", Remotely::new(Pace::Burst, of(500_000))),
        for_remotes(
            "remote-round-trip",
            Remotely::new(Pace::RoundTrip, of(50_000)),
        ),
        for_callbacks("call-soon-1000", CallSoon::new(1_000, of(5_000_000))),
    ];
    all.extend(locks::all(of));
    all.push(echo::workload("echo-1", 1, of(5_000)));
    all.push(echo::workload("echo-50", 50, of(10_000)));
    all
}

fn for_all<W: TaskWorkload>(name: &'static str, workload: W) -> Workload {
    Workload {
        name,
        measures: W::MEASURES,
        rounds: 1,
        entrants: entrants(&workload),
    }
}

fn for_remotes(name: &'static str, workload: Remotely) -> Workload {
    Workload {
        name,
        measures: threads::MEASURES,
        rounds: 1,
        entrants: entrants(&workload),
    }
}

/// For the one contestant that has callbacks.
fn for_callbacks(name: &'static str, workload: CallSoon) -> Workload {
    let main = move || time::<Asyncio>(workload.operations(), workload.run::<Asyncio>());
    Workload {
        name,
        measures: CallSoon::MEASURES,
        rounds: 1,
        entrants: vec![Entrant::new::<Asyncio>(main)],
    }
}

impl<W: TaskWorkload> ForAll for W {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let workload = *self;
        Entrant::new::<C>(move || time::<C>(workload.operations(), workload.run::<C>()))
    }
}

impl Entrant {
    fn new<C: Contestant>(run: impl Fn() -> Result<Vec<f64>> + 'static) -> Self {
        Entrant {
            contestant: C::NAME,
            name: C::NAME,
            run: Box::new(run),
        }
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
