//! Timers that fire, and timers that are cancelled in time.

use std::hint::black_box;
use std::time::Duration;

use super::tasks::SIZES;
use super::{Group, NANOSECONDS, TaskWorkload, Workload};
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

impl TaskWorkload for Timers {
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
                .map(|index| C::spawn(sleeper::<C>(index * STEP % self.timers)))
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

/// Prime to every number of timers.
const STEP: u64 = 7_919;

/// A long timeout around something that is ready after one turn, time and again.
#[derive(Clone, Copy)]
struct Timeout(u64);

impl TaskWorkload for Timeout {
    fn operations(self) -> u64 {
        self.0
    }

    fn python(self) -> Option<Call> {
        Some(Call::new("timeout", [fewer(self.0)]))
    }

    async fn run<C: Contestant>(self) -> u64 {
        let mut sum = 0;
        for _ in 0..self.0 {
            sum += C::timeout(LIMIT, one_turn::<C>()).await.expect("in time");
        }
        sum
    }
}

async fn one_turn<C: Contestant>() -> u64 {
    C::yield_now().await;
    black_box(1)
}

const LIMIT: Duration = Duration::from_secs(10);
