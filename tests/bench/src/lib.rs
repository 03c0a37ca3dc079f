//! `asyncio-bench`: the same work for asyncio and for other runtimes, in turns.
//!
//! Every round runs each contestant once, so that whatever else the machine does hits all of them. What is compared
//! with other runtimes is the median of rounds; `docs/performance.md` says how to read it. It is a library only because
//! several programs are made of it.

mod clock;
mod contestants;
mod cores;
mod dialogue;
mod disturbance;
pub mod heap;
mod limits;
mod load;
mod options;
mod report;
mod rounds;
mod samples;
mod server;
mod watchdog;
mod workloads;

use std::error::Error;
use std::process::ExitCode;

use crate::options::{Options, Request};
use crate::report::Table;
use crate::rounds::Rounds;
use crate::samples::SampleFile;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The program, by its command line.
pub fn main() -> ExitCode {
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
        Request::IdleTasks(what) => workloads::memory::report(&what)?,
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
    cores::cores();
    let workloads = workloads::all(options.scale);
    options.check(&workloads)?;
    let table = Table::begin();
    let mut file = SampleFile::create(options.samples.as_deref())?;
    let mut rounds = Rounds::new(options);
    for workload in workloads {
        let entrants: Vec<_> = workload
            .entrants
            .iter()
            .filter(|entrant| options.wants(&workload, entrant))
            .collect();
        if !entrants.is_empty() {
            let measured = rounds.of(&workload, &entrants);
            table.rows(&workload, &measured);
            file.append(&workload, &measured)?;
        }
    }
    rounds.end()
}
