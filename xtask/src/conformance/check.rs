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

/// What a transcript is compared with.
#[derive(Clone, Copy, Debug)]
enum Expected<'a> {
    /// Exactly what CPython printed.
    Same { cpython: &'a str },
    /// What Rust prints instead, on purpose.
    Other { cpython: &'a str, rust: &'a str },
}

impl Twins<'_> {
    /// Runs the twin on every selector; the first failure decides.
    pub(super) fn verdict(
        &self,
        scenario: &Scenario,
        differences: &Differences,
    ) -> Result<Verdict> {
        if scenario.script.is_none() {
            return Ok(Verdict::Failed(
                "missing script: the scenario has no .py file".into(),
            ));
        }
        if scenario.twin.is_none() {
            return Ok(Verdict::Failed(
                "missing twin: the scenario has no .rs file".into(),
            ));
        }
        let Some(cpython) = read(&scenario.golden)? else {
            return Ok(Verdict::Failed(
                "missing transcript: record it with --record".into(),
            ));
        };
        let rust = match (
            differences.contains(&scenario.name),
            read(&scenario.rust_golden)?,
        ) {
            (false, _) => None,
            (true, Some(rust)) => Some(rust),
            (true, None) => {
                return Ok(Verdict::Failed(
                    "missing transcript: a known difference needs a .rust.txt".into(),
                ));
            }
        };
        let expected = match &rust {
            None => Expected::Same { cpython: &cpython },
            Some(rust) => Expected::Other {
                cpython: &cpython,
                rust,
            },
        };
        let mut verdict = Verdict::Passed;
        for selector in self.selectors {
            verdict = self.run(&scenario.name, *selector, expected)?;
            if let Verdict::Failed(why) = verdict {
                return Ok(Verdict::Failed(format!("[{}] {why}", selector.name())));
            }
        }
        Ok(verdict)
    }

    fn run(&self, name: &str, selector: Selector, expected: Expected<'_>) -> Result<Verdict> {
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
        Ok(match finished.failure(LIMIT) {
            None => judge(expected, &stdout),
            Some(failure) => Verdict::Failed(match judge(expected, &stdout) {
                Verdict::Failed(difference) => {
                    format!("{failure}\n{}{difference}", indented(&finished.stderr))
                }
                _ => format!(
                    "{failure}, after the right output\n{}",
                    indented(&finished.stderr)
                ),
            }),
        })
    }
}

fn judge(expected: Expected<'_>, got: &str) -> Verdict {
    let (transcript, right) = match expected {
        Expected::Same { cpython } => (cpython, Verdict::Passed),
        Expected::Other { cpython, .. } if cpython == got => {
            return Verdict::Failed(
                "stale: Rust prints what CPython prints; remove the entry in differences.toml"
                    .into(),
            );
        }
        Expected::Other { rust, .. } => (rust, Verdict::KnownDifference),
    };
    match first_difference(transcript, got) {
        None => right,
        Some(difference) => Verdict::Failed(format!("prints something else\n{difference}")),
    }
}

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

    #[test]
    fn the_same_transcript_passes() {
        assert_eq!(
            judge(Expected::Same { cpython: "a\n" }, "a\n"),
            Verdict::Passed
        );
        let Verdict::Failed(why) = judge(Expected::Same { cpython: "a\n" }, "b\n") else {
            panic!()
        };
        assert_eq!(why, "prints something else\n@@ line 1 @@\n-a\n+b\n");
    }

    #[test]
    fn a_known_difference_must_be_as_written_and_must_differ() {
        let expected = Expected::Other {
            cpython: "a\n",
            rust: "b\n",
        };
        assert_eq!(judge(expected, "b\n"), Verdict::KnownDifference);
        assert!(matches!(judge(expected, "a\n"), Verdict::Failed(why) if why.starts_with("stale")));
        assert!(matches!(judge(expected, "c\n"), Verdict::Failed(why) if why.contains("-b\n+c\n")));
    }

    #[test]
    fn only_the_last_complaints_are_shown() {
        let stderr: String = (0..30).map(|n| format!("{n}\n")).collect();
        assert!(indented(stderr.as_bytes()).starts_with("  10\n"));
    }
}
