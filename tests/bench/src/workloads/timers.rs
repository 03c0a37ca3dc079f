//! Timers that fire, and timers that are cancelled in time.

use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::checks::{self, EARLY};
use super::tasks::SIZES;
use super::{Group, NANOSECONDS, TaskWorkload, Workload};
use crate::Result;
use crate::contestants::{Call, Contestant, entrants, fewer};

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    let timers = SIZES.iter().map(|(name, timers)| {
        Workload::new(
            Group::Timers,
            format!("timers-{name}"),
            format!("a task that sleeps, beside {name} of them"),
            NANOSECONDS,
            entrants(&Timers::new(of(*timers), of(100_000))),
        )
        .at("timers", *timers)
    });
    let timeout = Workload::new(
        Group::Timers,
        "timeout",
        "a timeout of 10 s around one turn of the loop",
        NANOSECONDS,
        entrants(&Timeout(of(500_000))),
    );
    timers.chain([timeout]).collect()
}

/// So many tasks that all sleep at the same time, with different deadlines, time and again.
#[derive(Clone, Copy)]
struct Timers {
    timers: u64,
    times: u64,
}

impl Timers {
    fn new(timers: u64, total: u64) -> Self {
        let times = (total / timers).max(1);
        Timers { timers, times }
    }
}

impl Timers {
    /// A task that sleeps so long. A few look at the clock, among them the one that sleeps longest.
    fn spawn<C: Contestant>(self, micros: u64) -> C::Task<u64> {
        match (self.timers - 1 - micros) % WATCHED {
            0 => C::spawn(watched_sleeper::<C>(micros)),
            _ => C::spawn(sleeper::<C>(micros)),
        }
    }
}

impl TaskWorkload for Timers {
    const CLAIM: &'static str = "a sleep is not shorter than it should be";

    fn operations(self) -> u64 {
        self.timers * self.times
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("timers", [self.timers, fewer(self.times)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut sum = 0;
        for _ in 0..self.times {
            let tasks: Vec<_> = (0..self.timers)
                .map(|index| self.spawn::<C>(index * STEP % self.timers))
                .collect();
            for task in tasks {
                sum += C::join(task).await;
            }
        }
        sum
    }
}

/// One timer is due each microsecond, whatever their number, and those that are made one after the other are due far
/// apart.
async fn sleeper<C: Contestant>(micros: u64) -> u64 {
    C::sleep(Duration::from_micros(micros)).await;
    black_box(1)
}

/// The same, which returns nothing of worth if it is woken too early.
async fn watched_sleeper<C: Contestant>(micros: u64) -> u64 {
    let start = Instant::now();
    let done = sleeper::<C>(micros).await;
    match start.elapsed() + EARLY < Duration::from_micros(micros) {
        true => 0,
        false => done,
    }
}

/// One sleeper of so many is watched: a look at the clock for each would take a good part of its time.
const WATCHED: u64 = 100;

/// Prime to every number of timers.
const STEP: u64 = 7_919;

/// A long timeout around something that is ready after one turn, time and again.
#[derive(Clone, Copy)]
struct Timeout(u64);

impl TaskWorkload for Timeout {
    const CLAIM: &'static str = "a timeout lets what is ready in time give its result";

    fn operations(self) -> u64 {
        self.0
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("timeout", [fewer(self.0)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut sum = 0;
        for _ in 0..self.0 {
            sum += C::timeout(LIMIT, one_turn::<C>()).await.unwrap_or(0);
        }
        sum
    }

    fn check<C: Contestant>() -> impl Future<Output = Result> + 'static {
        checks::timeouts_expire::<C>()
    }
}

async fn one_turn<C: Contestant>() -> u64 {
    C::yield_now().await;
    black_box(1)
}

const LIMIT: Duration = Duration::from_secs(10);
