//! Runs twins and judges what they print.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::diff::first_difference;
use super::differences::Differences;
use super::options::Selector;
use super::report::Verdict;
use super::suite::Scenario;
use crate::process;
use crate::scratch::Scratch;
use crate::workspace::Result;

/// The program that holds the twins, and the selectors to run them on.
pub(super) struct Twins<'a> {
    pub(super) executable: PathBuf,
    pub(super) selectors: &'a [Selector],
}

/// The transcripts of a scenario.
#[derive(Debug)]
struct Expected {
    cpython: String,
    /// What Rust prints instead, on purpose.
    rust: Option<String>,
}

impl Twins<'_> {
    /// Runs the twin on every selector; the first failure decides.
    pub(super) fn verdict(
        &self,
        scenario: &Scenario,
        differences: &Differences,
    ) -> Result<Verdict> {
        let expected = Expected::load(scenario, differences)?;
        let mut verdict = Verdict::Passed;
        for selector in self.selectors {
            verdict = self.run(&scenario.name, *selector, &expected)?;
            if let Verdict::Failed(why) = verdict {
                return Ok(Verdict::Failed(format!("[{}] {why}", selector.name())));
            }
        }
        Ok(verdict)
    }

    fn run(&self, name: &str, selector: Selector, expected: &Expected) -> Result<Verdict> {
        let scratch = Scratch::new()?;
        let mut command = Command::new(&self.executable);
        command
            .arg(name)
            .current_dir(scratch.path())
            .env("ASYNCIO_SELECTOR", selector.name())
            .env("RUST_BACKTRACE", "0")
            .env_remove("ASYNCIO_DEBUG")
            .env_remove("RUST_LOG");
        let finished = process::run(&mut command, LIMIT)?;
        let stdout = String::from_utf8_lossy(&finished.stdout);
        let verdict = expected.judge(&stdout);
        let Some(failure) = finished.failure(LIMIT) else {
            return Ok(verdict);
        };
        let complaint = indented(&finished.stderr);
        Ok(Verdict::Failed(match verdict {
            Verdict::Failed(why) => format!("{failure}\n{complaint}{why}"),
            _ => format!("{failure}, after the right output\n{complaint}"),
        }))
    }
}

impl Expected {
    /// Fails with the part of the scenario that is missing.
    fn load(scenario: &Scenario, differences: &Differences) -> Result<Self> {
        if scenario.script.is_none() {
            return Err("missing script: the scenario has no .py file".into());
        }
        if scenario.twin.is_none() {
            return Err("missing twin: the scenario has no .rs file".into());
        }
        let cpython =
            read(&scenario.golden)?.ok_or("missing transcript: record it with --record")?;
        let rust = match differences.contains(&scenario.name) {
            false => None,
            true => Some(
                read(&scenario.rust_golden)?
                    .ok_or("missing transcript: a known difference needs a .rust.txt")?,
            ),
        };
        Ok(Self { cpython, rust })
    }

    fn judge(&self, got: &str) -> Verdict {
        let (transcript, right) = match &self.rust {
            None => (&self.cpython, Verdict::Passed),
            Some(_) if self.cpython == got => return Verdict::Failed(STALE.into()),
            Some(rust) => (rust, Verdict::KnownDifference),
        };
        match first_difference(transcript, got) {
            None => right,
            Some(difference) => Verdict::Failed(format!("prints something else\n{difference}")),
        }
    }
}

const STALE: &str = "stale: Rust prints what CPython prints; remove the entry in differences.toml";

/// The last lines of what a child complained of.
pub(super) fn indented(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(STDERR_LINES)..]
        .iter()
        .map(|line| format!("  {line}\n"))
        .collect()
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("read {}: {error}", path.display()).into()),
    }
}

/// Far above what the slowest scenario needs; only one that hangs gets there.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// Enough for an error with its causes.
const STDERR_LINES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(cpython: &str, rust: Option<&str>) -> Expected {
        Expected {
            cpython: cpython.to_owned(),
            rust: rust.map(str::to_owned),
        }
    }

    #[test]
    fn the_same_transcript_passes() {
        let expected = expected("a\n", None);
        assert_eq!(expected.judge("a\n"), Verdict::Passed);
        let why = "prints something else\n@@ line 1 @@\n-a\n+b\n";
        assert_eq!(expected.judge("b\n"), Verdict::Failed(why.to_owned()));
    }

    #[test]
    fn a_known_difference_must_be_as_written_and_must_differ() {
        let expected = expected("a\n", Some("b\n"));
        assert_eq!(expected.judge("b\n"), Verdict::KnownDifference);
        assert_eq!(expected.judge("a\n"), Verdict::Failed(STALE.to_owned()));
        assert!(matches!(expected.judge("c\n"), Verdict::Failed(why) if why.contains("-b\n+c\n")));
    }

    #[test]
    fn a_missing_side_is_named() {
        let mut scenario = Scenario {
            script: Some("a.py".into()),
            ..Scenario::default()
        };
        let why = |scenario: &Scenario| {
            Expected::load(scenario, &Differences::default())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(why(&scenario), "missing twin: the scenario has no .rs file");
        scenario.twin = Some("a.rs".into());
        assert_eq!(
            why(&scenario),
            "missing transcript: record it with --record"
        );
        scenario.script = None;
        assert_eq!(
            why(&scenario),
            "missing script: the scenario has no .py file"
        );
    }

    #[test]
    fn only_the_last_complaints_are_shown() {
        let stderr: String = (0..30).map(|n| format!("{n}\n")).collect();
        assert!(indented(stderr.as_bytes()).starts_with("  10\n"));
    }
}
