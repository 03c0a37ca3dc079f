//! `cargo xtask conformance`: the Rust twin of each scenario against the transcript of CPython's asyncio.
//! `docs/conformance.md` tells how scenarios are written and recorded.

mod api;
mod check;
mod diff;
mod differences;
mod options;
mod pool;
mod python;
mod report;
mod semantics;
mod suite;

use std::path::PathBuf;

use cargo_metadata::TargetKind;

use self::api::Api;
use self::check::Twins;
use self::differences::Differences;
use self::options::Mode;
pub(crate) use self::options::Options;
use self::python::Python;
use self::report::{Report, Verdict};
use self::semantics::Checklist;
use self::suite::{Scenario, Suite};
use crate::workspace::{Outcome, Result, build_executables, cargo, root};

/// Does what the options say. Ends with the closing line when twins were run.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let suite = Suite::discover(&folder())?;
    if suite.filtered(options.filter()).is_empty() {
        return Err(format!("no scenario's name contains `{}`", options.filter()).into());
    }
    match &options.mode {
        Mode::List => list(&suite, options),
        Mode::Record => record(&suite.filtered(options.filter()), options),
        Mode::Check | Mode::Live => check(&suite, options),
    }
}

/// The Rust side of every scenario, which cargo's own tools do not find.
pub(crate) fn twins() -> Result<Vec<PathBuf>> {
    Ok(Suite::discover(&folder())?
        .scenarios
        .into_iter()
        .filter_map(|scenario| scenario.twin)
        .collect())
}

fn check(suite: &Suite, options: &Options) -> Result<Outcome> {
    let chosen = suite.filtered(options.filter());
    let differences = Differences::load(&folder())?;
    let checklist = Checklist::load(&root(), suite)?;
    let api = Api::load(&folder())?;

    let mut report = Report::default();
    for (scenario, verdict) in chosen.iter().zip(verdicts(&chosen, &differences, options)?) {
        report.add(scenario, verdict);
    }
    // Who runs a few scenarios is not bothered with the rest of the suite.
    if options.filter().is_empty() {
        report.add_problems(&differences.problems(suite));
        report.add_problems(&checklist.problems(suite));
        report.add_problems(&api.problems(&root(), suite, &checklist)?);
    }
    if options.mode == Mode::Live {
        live(&chosen, options, &api, &mut report)?;
    }
    println!(
        "{report}\n{}\n{}\n{}",
        api.summary(),
        checklist.summary(),
        report.closing_line()
    );
    Ok(report.outcome())
}

fn verdicts(
    chosen: &[&Scenario],
    differences: &Differences,
    options: &Options,
) -> Result<Vec<Verdict>> {
    let twins = Twins {
        executable: build(options)?,
        selectors: &options.selectors,
    };
    let verdict = |scenario: &&Scenario| twins.verdict(scenario, differences);
    let verdicts = pool::map(chosen, options.jobs, verdict).into_iter();
    Ok(verdicts
        .map(|verdict| verdict.unwrap_or_else(|error| Verdict::Failed(error.to_string())))
        .collect())
}

/// Adds what the Python side prints other than recorded.
fn live(chosen: &[&Scenario], options: &Options, api: &Api, report: &mut Report) -> Result {
    let python = Python::find(&options.python)?;
    let findings = pool::map(chosen, options.jobs, |scenario| python.compare(scenario));
    let findings = findings.into_iter().collect::<Result<Vec<_>>>()?;
    report.add_python(&python, chosen, &findings);
    report.add_problems(&python.missing_names(&folder().join("tools/api.py"), api)?);
    Ok(())
}

fn record(chosen: &[&Scenario], options: &Options) -> Result<Outcome> {
    let python = Python::find(&options.python)?;
    let records = pool::map(chosen, options.jobs, |scenario| python.record(scenario));
    let mut problems = Vec::new();
    let mut changed = 0;
    for (scenario, record) in chosen.iter().zip(records) {
        match record {
            Ok(python::Record::Unchanged) => {}
            Ok(python::Record::Written) => {
                println!("recorded {}", scenario.name);
                changed += 1;
            }
            Err(error) => problems.push(format!("not recorded: {}: {error}", scenario.name)),
        }
    }
    let outcome = Outcome::report(&problems);
    let unchanged = chosen.len() - changed - problems.len();
    println!(
        "record: {changed} written, {unchanged} unchanged, {} refused",
        problems.len()
    );
    Ok(outcome)
}

fn list(suite: &Suite, options: &Options) -> Result<Outcome> {
    let checklist = Checklist::load(&root(), suite)?;
    print!("{}", checklist.list(suite, options.filter()));
    let api = Api::load(&folder())?;
    for name in api.ready(&root(), suite, &checklist)? {
        println!("api.tsv: {name} is planned, and there");
    }
    println!("{}", api.summary());
    println!("{}", checklist.summary());
    Ok(Outcome::Passed)
}

/// Builds the program that holds every twin; with a filter it holds only those, so that others need not compile.
fn build(options: &Options) -> Result<PathBuf> {
    let mut command = cargo(&[
        "build",
        "--package",
        "asyncio-conformance",
        "--bin",
        PROGRAM,
    ]);
    match options.filter() {
        "" => command.env_remove(FILTER),
        filter => command.env(FILTER, filter),
    };
    let executables = build_executables(&TargetKind::Bin, &mut command)?;
    let found = executables.into_iter().find(|(name, _)| name == PROGRAM);
    Ok(found.ok_or_else(|| format!("cargo built no {PROGRAM}"))?.1)
}

/// What the crate's build script reads.
const FILTER: &str = "CONFORMANCE_FILTER";

const PROGRAM: &str = "conformance-scenario";

fn folder() -> PathBuf {
    root().join("tests/conformance")
}
