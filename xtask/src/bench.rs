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
use crate::workspace::{Outcome, Result, build_executables, cargo, root, target_directory};

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
    if options.writes() {
        must_be_writable(&folder)?;
    }
    let (measured, outcome) = measure(options, &pythons)?;
    if options.writes() && outcome == Outcome::Failed {
        let kept = target_directory()?.join("bench-samples.tsv");
        fs::write(&kept, measured.to_string())?;
        println!(
            "\ndocs/performance.md is left as it is, for somebody failed; what was measured is in {}",
            kept.display()
        );
        return Ok(outcome);
    }
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

/// An error now rather than after half an hour.
fn must_be_writable(folder: &Path) -> Result {
    fs::create_dir_all(folder)?;
    let probe = folder.join("samples.tsv.new");
    fs::write(&probe, "").map_err(|error| format!("{}: {error}", probe.display()))?;
    fs::remove_file(&probe)?;
    Ok(())
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
        false if !samples.exists() => return Err("nothing was measured".into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: &str = "# tokio\t1.54\n\
        tasks\tyield-1k\ta turn\tyield\t1000\tns\tless\tasyncio\tasyncio\tcompared\t0\t10 10 10\n\
        tasks\tyield-1k\ta turn\tyield\t1000\tns\tless\ttokio\ttokio\tcompared\t3\t20 20 20\n\
        tasks\tyield-1k\ta turn\tyield\t1000\tns\tless\ttokio-on-asyncio\ttokio-on-asyncio\tshown\t0\t5 5 5\n\
        tasks\tyield-10k\ta turn\tyield\t10000\tns\tless\tasyncio\tasyncio\tcompared\t0\t15 15 15\n\
        tasks\tyield-10k\ta turn\tyield\t10000\tns\tless\ttokio\ttokio\tcompared\t0\t12 12 12\n";

    fn section(name: &str) -> String {
        let documents = documents(&Results::parse(SAMPLES).unwrap());
        let mark = Section::new(name, String::new());
        let text = sections::replace(&every_mark(&documents), &documents.sections).unwrap();
        let (_, rest) = text.split_once(&mark.begin()).unwrap();
        rest.split("<!--").next().unwrap().to_owned()
    }

    fn every_mark(documents: &Documents) -> String {
        let empty = |section: &Section| section.begin() + "<!-- /bench -->\n";
        documents.sections.iter().map(empty).collect()
    }

    #[test]
    fn a_table_shows_the_best_the_doubtful_and_the_ratios() {
        let tasks = section("tasks");
        assert!(tasks.contains(
            "| **ns** | asyncio | tokio<br><sub>1.54</sub> | tokio-on-asyncio | asyncio / tokio | asyncio / best other |"
        ));
        assert!(tasks.contains("| yield-1k | **10.0** | ~20.0 | 5.00 | 0.50 | 0.50 |"));
        assert!(tasks.contains("| yield-10k | 15.0 | **12.0** |  | 1.25 | 1.25 |"));
    }

    #[test]
    fn the_summary_counts_rows_and_names_those_behind() {
        let summary = section("summary");
        assert!(summary.contains("| tokio | 2 | 1 | 0 | 1 | 0.88 |"));
        assert!(summary.contains("| yield-10k | ns | asyncio | tokio | 1.25 |"));
        assert!(!summary.contains("| yield-1k |"));
    }

    #[test]
    fn a_goal_is_missed_by_one_row() {
        let line = "| not behind tokio's current_thread | ✗ | 2 | 1 | 1.25 in yield-10k, asyncio |";
        assert!(section("goals").contains(line));
    }

    #[test]
    fn sizes_are_drawn_and_their_growth_is_told() {
        let results = Results::parse(SAMPLES).unwrap();
        let plots: Vec<_> = documents(&results)
            .plots
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(plots, ["yield-ns.svg", "overview.svg"]);
        assert!(section("sizes").contains("| asyncio | 10.0 | 15.0 | 1.50 |"));
    }
}
