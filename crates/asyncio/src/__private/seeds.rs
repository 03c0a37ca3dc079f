//! Tests whose tasks run in the order of a seed.

use std::collections::hash_map::RandomState;
use std::env;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};

use asyncio_executor::{EventLoop, Result};
use asyncio_reactor::VirtualClock;
use asyncio_tasks::Runner;

use super::{Output, run};

/// A test that is run once for every seed.
pub struct SeededTest {
    /// The seeds.
    pub seeds: Seeds,
    /// The path of the test's function, beginning with its crate.
    pub name: &'static str,
    /// The package, if Cargo builds the test.
    pub package: Option<&'static str>,
}

/// With which seeds a test runs.
#[derive(Clone, Copy)]
pub enum Seeds {
    /// With another one every time.
    Random,
    /// With this one.
    One(u64),
    /// With so many, from 0 on.
    Count(u64),
}

impl SeededTest {
    /// Runs the test with every seed, up to the first that fails. That one is printed.
    #[track_caller]
    pub fn run<R, F>(self, runner: impl Fn(u64) -> Runner, test: impl Fn() -> F) -> R
    where
        R: Output,
        F: Future<Output = R> + 'static,
    {
        let (first, last) = self.seeds.or_from_environment().bounds();
        let mut seed = first;
        loop {
            let attempt = Attempt { test: &self, seed };
            let outcome = run(&runner(seed), test());
            if outcome.is_ok() {
                attempt.succeeded();
            }
            if outcome.is_err() || seed == last {
                return R::from_result(outcome, |error| panic!("{error:?}"));
            }
            seed += 1;
        }
    }
}

impl Seeds {
    fn or_from_environment(self) -> Self {
        match env::var_os(VARIABLE).filter(|set| !set.is_empty()) {
            Some(set) => match set.to_str().map(str::parse) {
                Some(Ok(seed)) => Seeds::One(seed),
                _ => panic!("{VARIABLE} is no seed: {set:?}"),
            },
            None => self,
        }
    }

    /// The first and the last one.
    fn bounds(self) -> (u64, u64) {
        match self {
            Seeds::Random => {
                let seed = RandomState::new().build_hasher().finish();
                (seed, seed)
            }
            Seeds::One(seed) => (seed, seed),
            Seeds::Count(count) => (0, count - 1),
        }
    }
}

/// The run with one seed, which is printed if it ends in any way but success.
struct Attempt<'a> {
    test: &'a SeededTest,
    seed: u64,
}

impl Attempt<'_> {
    fn succeeded(self) {
        std::mem::forget(self);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        eprintln!("{self}");
    }
}

impl fmt::Display for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attempt { test, seed } = self;
        let name = test
            .name
            .split_once("::")
            .map_or(test.name, |(_, name)| name);
        write!(
            f,
            "failed with seed {seed}; again: {VARIABLE}={seed} cargo test"
        )?;
        if let Some(package) = test.package {
            write!(f, " -p {package}")?;
        }
        write!(f, " -- --exact {name}")
    }
}

/// A loop whose steps are dealt by `seed`.
pub fn shuffled_loop(seed: u64) -> Result<EventLoop> {
    EventLoop::builder().shuffle(seed).build()
}

/// As [`shuffled_loop`], and time is virtual and starts at 0.
pub fn shuffled_virtual_loop(seed: u64) -> Result<EventLoop> {
    let builder = EventLoop::builder().clock(VirtualClock::new(0.0));
    builder.shuffle(seed).build()
}

/// The seed of all seeded tests.
const VARIABLE: &str = "ASYNCIO_TEST_SEED";
