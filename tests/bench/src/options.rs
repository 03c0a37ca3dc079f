//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::Result;
use crate::workloads::{Entrant, Workload, scaling};

/// What the program is asked to do.
pub(crate) enum Request {
    /// Print the usage.
    Help,
    /// Print the workloads with their contestants.
    List,
    /// Be the server of this name until standard input ends.
    Serve(String),
    /// Print what memory a contestant's tasks take: its name, and their number.
    IdleTasks(String),
    /// Run workloads.
    Measure(Options),
}

/// Which workloads to run, and how.
pub(crate) struct Options {
    only: Vec<String>,
    contestants: Vec<String>,
    pub(crate) rounds: usize,
    /// How many disturbed samples may be repeated.
    pub(crate) repeats: usize,
    pub(crate) scale: Scale,
    /// The file for the samples.
    pub(crate) samples: Option<PathBuf>,
}

/// The share of a workload's operations that is done, as a divisor.
#[derive(Clone, Copy)]
pub(crate) struct Scale(u64);

pub(crate) const FULL: Scale = Scale(1);
const QUICK: Scale = Scale(10);
const SMOKE: Scale = Scale(1_000);

impl Scale {
    pub(crate) fn of(self, operations: u64) -> u64 {
        operations / self.0
    }

    pub(crate) fn time(self, full: Duration) -> Duration {
        full / u32::try_from(self.0).expect("a small divisor")
    }

    /// Whether this is for a first look, which need not see everything.
    pub(crate) fn is_quick(self) -> bool {
        self.0 == QUICK.0
    }
}

impl Request {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Options {
            only: Vec::new(),
            contestants: Vec::new(),
            rounds: 9,
            repeats: 600,
            scale: FULL,
            samples: None,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(Request::Help),
                Long("list") => return Ok(Request::List),
                Long("serve") => return Ok(Request::Serve(arguments.value()?.string()?)),
                Long("idle-tasks") => {
                    return Ok(Request::IdleTasks(arguments.value()?.string()?));
                }
                Long("only") => options.only.extend(words(&mut arguments)?),
                Long("contestants") => options.contestants.extend(words(&mut arguments)?),
                Long("rounds") => options.rounds = arguments.value()?.parse()?,
                Long("samples") => options.samples = Some(arguments.value()?.into()),
                Long("quick") => {
                    options.rounds = 3;
                    options.repeats = 0;
                    options.scale = QUICK;
                }
                Long("smoke") => {
                    options.rounds = 1;
                    options.repeats = 0;
                    options.scale = SMOKE;
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if options.rounds == 0 {
            return Err("--rounds 0: a median needs at least one round".into());
        }
        Ok(Request::Measure(options))
    }
}

impl Options {
    pub(crate) fn wants(&self, workload: &Workload, entrant: &Entrant) -> bool {
        let is_one_of = |names: &[String], matches: &dyn Fn(&str) -> bool| {
            names.is_empty() || names.iter().any(|name| matches(name))
        };
        is_one_of(&self.only, &|name| is_workload(workload, name))
            && is_one_of(&self.contestants, &|name| is_entrant(entrant, name))
    }

    /// An error for what names nothing that there is here, or nothing at all together.
    pub(crate) fn check(&self, all: &[Workload]) -> Result {
        for name in &self.only {
            if !all.iter().any(|workload| is_workload(workload, name)) {
                let reason = match scaling::needs_more_cores(name) {
                    true => "this needs two cores",
                    false => "no workload or group has that in its name; see --list",
                };
                return Err(format!("--only {name}: {reason}").into());
            }
        }
        let entrants = || all.iter().flat_map(|workload| &workload.entrants);
        for name in &self.contestants {
            if !entrants().any(|entrant| is_entrant(entrant, name)) {
                return Err(
                    format!("--contestants {name}: nobody here has that name; see --list").into(),
                );
            }
        }
        let is_wanted = |workload: &Workload| {
            let mut entrants = workload.entrants.iter();
            entrants.any(|entrant| self.wants(workload, entrant))
        };
        match all.iter().any(is_wanted) {
            true => Ok(()),
            false => {
                Err("no contestant of --contestants does a workload of --only; see --list".into())
            }
        }
    }
}

fn is_workload(workload: &Workload, part: &str) -> bool {
    workload.name.contains(part) || workload.group.name() == part
}

fn is_entrant(entrant: &Entrant, name: &str) -> bool {
    entrant.contestant == name || entrant.name == name
}

fn words(arguments: &mut lexopt::Parser) -> Result<Vec<String>> {
    let value = arguments.value()?.string()?;
    if value.split(',').any(str::is_empty) {
        return Err(format!("{value:?}: an empty name").into());
    }
    Ok(value.split(',').map(str::to_owned).collect())
}

pub(crate) const HELP: &str = "\
usage: asyncio-bench [options]

  --only W,...          only the workloads whose names contain one of these, and the groups of these names
  --contestants A,...   only these contestants
  --rounds N            take the median of N rounds (default: 9)
  --quick               3 rounds with a tenth of the operations; what something else disturbs is not repeated
  --smoke               1 round with a thousandth of the operations: tells whether everything works, and nothing else
  --samples FILE        write every sample to a file, for `cargo xtask bench`
  --list                print the workloads with their contestants
";
