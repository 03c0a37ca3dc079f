//! `cargo xtask bench`: builds and runs `tests/bench`, and writes `docs/performance.md` and `docs/performance/`.
//!
//! The samples of the last run are kept in `docs/performance/samples.tsv`; every table and plot is made of them.

mod comparison;
mod facts;
mod goals;
mod numbers;
mod options;
mod overview;
mod plot;
mod python;
mod results;
mod sections;
mod sizes;
mod summary;
mod svg;
mod tables;

use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_metadata::TargetKind;

use self::facts::Facts;
use self::options::Extent;
pub(crate) use self::options::Options;
use self::python::Pythons;
use self::results::Results;
use self::sections::Section;
use crate::scratch::Scratch;
use crate::workspace::{Outcome, Result, build_executables, cargo, root};

pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let folder = root().join("docs/performance");
    let stored = folder.join("samples.tsv");
    if options.extent == Extent::Nothing {
        write(&Results::read(&stored)?, &folder)?;
        return Ok(Outcome::Passed);
    }
    let pythons = Pythons::find(options.extent)?;
    let facts = Facts::collect(&pythons)?;
    let mut results = match options.extent {
        Extent::Workloads => Results::read(&stored)?,
        _ => Results::new(facts.clone()),
    };
    results.facts.must_equal(&facts)?;
    let (measured, outcome) = measure(options, &pythons)?;
    results.replace(measured);
    match options.extent {
        // Only to see that it can be done.
        Extent::Quick => drop(documents(&results)),
        Extent::Contestants => {
            println!("\ndocs/performance.md is left as it is, for it compares all contestants");
        }
        Extent::Nothing | Extent::Workloads | Extent::Everything => write(&results, &folder)?,
    }
    Ok(outcome)
}

/// Builds the benchmark, and runs what the options ask for. When somebody fails, there are samples of the others.
fn measure(options: &Options, pythons: &Pythons) -> Result<(Results, Outcome)> {
    let mut command = cargo(&["build", "--release", "--package", PACKAGE, "--bins"]);
    let executables = build_executables(&TargetKind::Bin, &mut command)?;
    let (_, program) = executables
        .into_iter()
        .find(|(name, _)| name == PACKAGE)
        .ok_or("the benchmark has no executable")?;
    let scratch = Scratch::new()?;
    let samples = scratch.path().join("samples.tsv");
    let mut command = Command::new(program);
    command
        .args(options.arguments())
        .arg("--samples")
        .arg(&samples);
    pythons.tell(&mut command);
    let outcome = match command.status()?.success() {
        true => Outcome::Passed,
        false => Outcome::Failed,
    };
    Ok((Results::read(&samples)?, outcome))
}

/// Writes the samples, and all that is made of them.
fn write(results: &Results, folder: &Path) -> Result {
    let documents = documents(results);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("samples.tsv"), results.to_string())?;
    for (name, plot) in documents.plots {
        fs::write(folder.join(name), plot)?;
    }
    let text = root().join("docs/performance.md");
    fs::write(
        &text,
        sections::replace(&fs::read_to_string(&text)?, &documents.sections)?,
    )?;
    println!("\nwrote docs/performance.md, and docs/performance/");
    Ok(())
}

/// What `docs` shows of results.
struct Documents {
    sections: Vec<Section>,
    /// Names of files with their texts.
    plots: Vec<(String, String)>,
}

fn documents(results: &Results) -> Documents {
    let plots = sizes::plots(results)
        .into_iter()
        .chain(overview::plots(results));
    let mut sections = vec![
        Section::new("machine", results.facts.to_markdown()),
        Section::new("summary", summary::markdown(results)),
        Section::new("goals", goals::markdown(results)),
        Section::new("sizes", sizes::markdown(results)),
    ];
    sections.extend(
        results
            .groups()
            .into_iter()
            .map(|group| Section::new(group, tables::markdown(results, group))),
    );
    Documents {
        sections,
        plots: plots.collect(),
    }
}

const PACKAGE: &str = "asyncio-bench";
