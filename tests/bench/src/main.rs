//! `asyncio-bench`: the same work for asyncio and for other runtimes, in turns.
//!
//! Every round runs each contestant once, so that whatever else the machine does hits all of them. What is compared
//! with other runtimes is the median of rounds; `docs/performance.md` says how to read it.

mod clock;
mod contestants;
mod cores;
mod load;
mod options;
mod report;
mod server;
mod workloads;

use std::error::Error;
use std::process::ExitCode;

use crate::options::{Options, Request};
use crate::report::{Series, Table};
use crate::workloads::{Entrant, Workload};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result {
    match Request::parse(lexopt::Parser::from_env())? {
        Request::Help => print!("{}", options::HELP),
        Request::List => list(),
        Request::Serve(name) => server::serve(&name)?,
        Request::Measure(options) => measure(&options)?,
    }
    Ok(())
}

fn list() {
    for workload in workloads::all(options::FULL) {
        let names: Vec<_> = workload
            .entrants
            .iter()
            .map(|entrant| entrant.name)
            .collect();
        println!("{:<18} {}", workload.name, names.join(", "));
    }
}

fn measure(options: &Options) -> Result {
    let table = Table::begin(options.format);
    let mut matched = false;
    for workload in workloads::all(options.scale) {
        let entrants: Vec<_> = workload
            .entrants
            .iter()
            .filter(|entrant| options.wants(workload.name, entrant))
            .collect();
        if !entrants.is_empty() {
            matched = true;
            table.rows(
                &workload,
                &samples(&workload, &entrants, options.rounds * workload.rounds)?,
            );
        }
    }
    if !matched {
        return Err("no workload and contestant match; see --list".into());
    }
    table.end();
    Ok(())
}

/// What each entrant measured in each round, after one round that does not count.
fn samples<'a>(
    workload: &Workload,
    entrants: &[&'a Entrant],
    rounds: usize,
) -> Result<Vec<Series<'a>>> {
    let mut samples: Vec<_> = entrants
        .iter()
        .map(|entrant| Series::new(entrant))
        .collect();
    for round in 0..=rounds {
        for series in &mut samples {
            let sample = (series.entrant.run)().map_err(|error| {
                format!("{} by {}: {error}", workload.name, series.entrant.name)
            })?;
            if round > 0 {
                series.rounds.push(sample);
            }
        }
    }
    Ok(samples)
}
