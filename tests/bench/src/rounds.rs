//! Rounds: each contestant in turn, time and again, and once more what something else disturbed.

use crate::Result;
use crate::disturbance::Watch;
use crate::options::Options;
use crate::watchdog::Watchdog;
use crate::workloads::{Cores, Entrant, Workload};

/// Runs rounds.
pub(crate) struct Rounds {
    /// How many the command line asks for.
    asked: usize,
    /// How many more disturbed samples may be repeated: a machine that is never quiet must not take all day.
    repeats: usize,
    watchdog: Watchdog,
    /// What went wrong. The others go on without who failed.
    failures: Vec<String>,
}

/// What one entrant measured.
pub(crate) struct Series<'a> {
    pub(crate) entrant: &'a Entrant,
    /// Its sample of each round.
    pub(crate) rounds: Vec<Vec<f64>>,
    /// How many of them were disturbed each time that they were tried.
    pub(crate) disturbed: usize,
}

impl Rounds {
    pub(crate) fn new(options: &Options) -> Self {
        Rounds {
            asked: options.rounds,
            repeats: options.repeats,
            watchdog: Watchdog::start(),
            failures: Vec::new(),
        }
    }

    /// What each entrant measured in each round, after one round that does not count.
    pub(crate) fn of<'a>(
        &mut self,
        workload: &Workload,
        entrants: &[&'a Entrant],
    ) -> Vec<Series<'a>> {
        let mut all: Vec<_> = entrants
            .iter()
            .map(|entrant| Series::new(entrant))
            .collect();
        all.retain(|series| self.sample(workload, series.entrant).is_some());
        for _ in 0..workload.pace.rounds(self.asked) {
            all.retain_mut(|series| self.extend(workload, series).is_some());
        }
        all
    }

    /// An error if anyone has failed.
    pub(crate) fn end(self) -> Result {
        match self.failures.as_slice() {
            [] => Ok(()),
            failures => Err(format!("these failed:\n{}", failures.join("\n")).into()),
        }
    }

    /// Takes the next sample of a series; `None` if it fails.
    fn extend(&mut self, workload: &Workload, series: &mut Series<'_>) -> Option<()> {
        for tries_left in (0..TRIES).rev() {
            let watch = Watch::start();
            let sample = self.sample(workload, series.entrant)?;
            let disturbed = workload.cores == Cores::Own && watch.was_disturbed();
            if disturbed && tries_left > 0 && self.repeats > 0 {
                self.repeats -= 1;
                continue;
            }
            series.disturbed += usize::from(disturbed);
            series.rounds.push(sample);
            break;
        }
        Some(())
    }

    fn sample(&mut self, workload: &Workload, entrant: &Entrant) -> Option<Vec<f64>> {
        let what = format!("{} by {}", workload.name, entrant.name);
        self.watchdog.expect(&what);
        match (entrant.run)() {
            Ok(sample) => Some(sample),
            Err(error) => {
                let failure = format!("{what}: {error}");
                eprintln!("error: {failure}");
                self.failures.push(failure);
                None
            }
        }
    }
}

impl<'a> Series<'a> {
    fn new(entrant: &'a Entrant) -> Self {
        Series {
            entrant,
            rounds: Vec::new(),
            disturbed: 0,
        }
    }

    /// The numbers for one measure, round by round.
    pub(crate) fn of(&self, measure: usize) -> Vec<f64> {
        self.rounds.iter().map(|round| round[measure]).collect()
    }
}

/// How often a disturbed sample is tried in all.
const TRIES: usize = 3;
