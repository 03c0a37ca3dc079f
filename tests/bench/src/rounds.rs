//! Rounds: each contestant in turn, time and again, and once more what something else disturbed.

use crate::Result;
use crate::disturbance::Watch;
use crate::options::Options;
use crate::workloads::{Cores, Entrant, Workload};

/// Runs rounds.
pub(crate) struct Rounds {
    /// How many the command line asks for.
    asked: usize,
    /// How many more disturbed samples may be repeated: a machine that is never quiet must not take all day.
    repeats: usize,
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
        }
    }

    /// What each entrant measured in each round, after one round that does not count.
    pub(crate) fn of<'a>(
        &mut self,
        workload: &Workload,
        entrants: &[&'a Entrant],
    ) -> Result<Vec<Series<'a>>> {
        let mut all: Vec<_> = entrants
            .iter()
            .map(|entrant| Series::new(entrant))
            .collect();
        for series in &all {
            sample(workload, series.entrant)?;
        }
        for _ in 0..workload.pace.rounds(self.asked) {
            for series in &mut all {
                self.extend(workload, series)?;
            }
        }
        Ok(all)
    }

    /// Takes the next sample of a series.
    fn extend(&mut self, workload: &Workload, series: &mut Series<'_>) -> Result {
        for tries_left in (0..TRIES).rev() {
            let watch = Watch::start();
            let sample = sample(workload, series.entrant)?;
            let disturbed = workload.cores == Cores::Own && watch.was_disturbed();
            if disturbed && tries_left > 0 && self.repeats > 0 {
                self.repeats -= 1;
                continue;
            }
            series.disturbed += usize::from(disturbed);
            series.rounds.push(sample);
            break;
        }
        Ok(())
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

fn sample(workload: &Workload, entrant: &Entrant) -> Result<Vec<f64>> {
    (entrant.run)()
        .map_err(|error| format!("{} by {}: {error}", workload.name, entrant.name).into())
}

/// How often a disturbed sample is tried in all.
const TRIES: usize = 3;
