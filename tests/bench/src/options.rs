//! The command line.

use lexopt::prelude::*;

use crate::Result;
use crate::workloads::Entrant;

/// What the program is asked to do.
pub(crate) enum Request {
    /// Print the usage.
    Help,
    /// Print the workloads with their contestants.
    List,
    /// Be the server of this name until standard input ends.
    Serve(String),
    /// Run workloads.
    Measure(Options),
}

/// Which workloads to run, how, and how to print them.
pub(crate) struct Options {
    only: Vec<String>,
    contestants: Vec<String>,
    pub(crate) rounds: usize,
    pub(crate) scale: Scale,
    pub(crate) format: Format,
}

/// The share of a workload's operations that is done, as a divisor.
#[derive(Clone, Copy)]
pub(crate) struct Scale(u64);

#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// Columns for a terminal.
    Plain,
    /// A table for `docs/performance.md`.
    Markdown,
}

pub(crate) const FULL: Scale = Scale(1);
const QUICK: Scale = Scale(10);
const SMOKE: Scale = Scale(1_000);

impl Scale {
    pub(crate) fn of(self, operations: u64) -> u64 {
        operations / self.0
    }
}

impl Request {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Options {
            only: Vec::new(),
            contestants: Vec::new(),
            rounds: 7,
            scale: FULL,
            format: Format::Plain,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(Request::Help),
                Long("list") => return Ok(Request::List),
                Long("serve") => return Ok(Request::Serve(arguments.value()?.string()?)),
                Long("only") => options.only.extend(words(&mut arguments)?),
                Long("contestants") => options.contestants.extend(words(&mut arguments)?),
                Long("rounds") => options.rounds = arguments.value()?.parse()?,
                Long("markdown") => options.format = Format::Markdown,
                Long("quick") => {
                    options.rounds = 3;
                    options.scale = QUICK;
                }
                Long("smoke") => {
                    options.rounds = 1;
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
    pub(crate) fn wants(&self, workload: &str, entrant: &Entrant) -> bool {
        let wants_workload = self.only.is_empty()
            || self
                .only
                .iter()
                .any(|part| workload.contains(part.as_str()));
        let wants_entrant = self.contestants.is_empty()
            || self
                .contestants
                .iter()
                .any(|name| name == entrant.contestant || name == entrant.name);
        wants_workload && wants_entrant
    }
}

fn words(arguments: &mut lexopt::Parser) -> Result<Vec<String>> {
    let value = arguments.value()?.string()?;
    Ok(value.split(',').map(str::to_owned).collect())
}

pub(crate) const HELP: &str = "\
usage: asyncio-bench [options]

  --only W,...          only the workloads whose names contain one of these
  --contestants A,...   only these contestants
  --rounds N            take the median of N rounds (default: 7)
  --quick               3 rounds with a tenth of the operations
  --smoke               1 round with a thousandth of the operations: tells whether everything works, and nothing else
  --markdown            print the table in Markdown
  --list                print the workloads with their contestants
";
