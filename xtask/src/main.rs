//! `cargo xtask`: the repository's own commands. What CI runs is here, so that it can be run anywhere.

mod bench;
mod ci;
mod conformance;
mod dependencies;
mod examples;
mod fmt;
mod fuzz;
mod layers;
mod loom;
mod process;
mod scratch;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use lexopt::prelude::*;

use crate::workspace::{Outcome, Result};

fn main() -> ExitCode {
    match run() {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Outcome> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        Some(Long("help") | Short('h')) | None => return Ok(help()),
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "help" => Ok(help()),
        "bench" => match bench::Options::parse(&mut arguments)? {
            Some(options) => bench::run(&options),
            None => Ok(help()),
        },
        "conformance" => match conformance::Options::parse(&mut arguments)? {
            Some(options) => conformance::run(&options),
            None => Ok(help()),
        },
        "fmt" => match fmt::Mode::parse(&mut arguments)? {
            Some(mode) => fmt::run(mode),
            None => Ok(help()),
        },
        "fuzz" => match fuzz::Options::parse(&mut arguments)? {
            Some(options) => fuzz::run(&options),
            None => Ok(help()),
        },
        name => match plain_command(name) {
            Some(command) if !asks_for_help(&mut arguments)? => command(),
            Some(_) => Ok(help()),
            None => Err(format!("no command is called {name}; see `cargo xtask --help`").into()),
        },
    }
}

/// The commands that take no options.
fn plain_command(name: &str) -> Option<fn() -> Result<Outcome>> {
    Some(match name {
        "ci" => ci::run,
        "dependencies" => dependencies::run,
        "examples" => examples::run,
        "layers" => layers::run,
        "loom" => loom::run,
        "test" => test::run,
        "tidy" => tidy::run,
        _ => return None,
    })
}

fn asks_for_help(arguments: &mut lexopt::Parser) -> Result<bool> {
    match arguments.next()? {
        None => Ok(false),
        Some(Long("help") | Short('h')) => Ok(true),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn help() -> Outcome {
    print!("{HELP}");
    Outcome::Passed
}

const HELP: &str = "\
usage: cargo xtask <command> [options]

  test            every test of the workspace, then the conformance suite: needs Rust and nothing else
  ci              what CI runs: fmt, clippy, layers, tidy, dependencies, test, loom, docs, examples, bench --quick
  conformance     run the Rust twin of each scenario and compare it with the transcript of CPython's asyncio
  bench           compare the speed with other runtimes, and write docs/performance.md
  fuzz            run random programs under CPython's asyncio and this one, and compare what they do
  layers          print the layers of crates; fail when a crate depends on its own layer or a higher one
  loom            try every interleaving of the threads in models of loops, futures, locks and queues
  tidy            check the rules about files: headers, leftovers, versions, top-level entries
  dependencies    fail on a dependency in two major versions, or one that needs a newer Rust
  examples        run every example once
  fmt [--check]   format the workspace, the scenarios included

options of bench:
  --only W,...         only the workloads whose names contain one of these, and the groups of these names; their rows replace
                       those of the last run
  --contestants A,...  only these contestants; prints their figures and writes nothing
  --quick              a little of everything, in three minutes; tells whether the benchmark works, and writes nothing
  --render             measure nothing: write the documents again, from the samples of the last run

options of conformance:
  --filter TEXT        only the scenarios whose module/name contains TEXT (only these are compiled)
  --list               list the checklist with the scenarios and tests of each item; run nothing
  --selector NAME      epoll or polling; without it the suite runs on every selector of this machine
  --jobs N             so many scenarios at a time (default: one for each processor)
  --live               run the Python side too and compare it with the recorded transcripts
  --record             run the Python side only, twice, and write the transcripts
  --python PATH        the Python of --live and --record (default: python3); transcripts come from 3.15

options of fuzz:
  --python PATH        the Python to compare with, which must be 3.15 (default: python3)
  --seed S, --count N  the programs of the seeds S to S+N-1 (default: 1, 3000)
  --record             write what Python prints to tests/fuzz/golden.txt, by default for 50 programs
";
