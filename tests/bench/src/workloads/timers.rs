//! Timers that fire, and timers that are cancelled in time.

use std::hint::black_box;
use std::time::Duration;

use super::TaskWorkload;
use crate::contestants::Contestant;

/// So many tasks that all sleep at the same time, with different deadlines.
#[derive(Clone, Copy)]
pub(super) struct Timers(pub(super) u64);

impl TaskWorkload for Timers {
    const MEASURES: &'static [&'static str] = &["ns per timer"];

    fn operations(self) -> u64 {
        self.0
    }

    async fn run<C: Contestant>(self) -> u64 {
        let tasks: Vec<_> = (0..self.0)
            .map(|index| C::spawn(sleeper::<C>(index)))
            .collect();
        let mut sum = 0;
        for task in tasks {
            sum += C::join(task).await;
        }
        sum
    }
}

/// Sleeps for up to a tenth of a second; neighbours wake far apart.
async fn sleeper<C: Contestant>(index: u64) -> u64 {
    let micros = index.wrapping_mul(7_919) % 100_000;
    C::sleep(Duration::from_micros(micros)).await;
    black_box(1)
}

/// A long timeout around something that is ready after one turn, time and again.
#[derive(Clone, Copy)]
pub(super) struct Timeout(pub(super) u64);

impl TaskWorkload for Timeout {
    const MEASURES: &'static [&'static str] = &["ns per timeout"];

    fn operations(self) -> u64 {
        self.0
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
