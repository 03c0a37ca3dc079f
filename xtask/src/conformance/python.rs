//! The Python side: run by `--live` and `--record` only, so that the suite itself needs no Python.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::api::Api;
use super::check::{LIMIT, indented};
use super::diff::first_difference;
use super::suite::Scenario;
use crate::process;
use crate::scratch::Scratch;
use crate::workspace::Result;

/// A Python interpreter.
#[derive(Debug)]
pub(super) struct Python {
    program: PathBuf,
    version: (u32, u32),
}

/// What became of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Written,
    Unchanged,
}

/// What a script prints, beside its transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Equal,
    /// How it differs, or why it failed.
    Different(String),
    /// The scenario needs a newer Python.
    Skipped,
}

impl Python {
    /// Asks the interpreter for its version. A path that is not a bare name counts from the current folder.
    pub(super) fn find(program: &Path) -> Result<Self> {
        let program = if program.components().count() > 1 {
            std::path::absolute(program)?
        } else {
            program.to_owned()
        };
        let question = "import sys; print('%d.%d' % sys.version_info[:2])";
        let finished = process::run(Command::new(&program).args(["-c", question]), LIMIT)?;
        if let Some(failure) = finished.failure(LIMIT) {
            return Err(format!(
                "{}: {failure}\n{}",
                program.display(),
                indented(&finished.stderr)
            )
            .into());
        }
        let answer = String::from_utf8(finished.stdout)?;
        let (major, minor) = answer
            .trim()
            .split_once('.')
            .ok_or("Python told no version")?;
        Ok(Self {
            version: (major.parse()?, minor.parse()?),
            program,
        })
    }

    pub(super) fn version(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// Writes the transcript of a scenario, if two runs agree on it.
    pub(super) fn record(&self, scenario: &Scenario) -> Result<Record> {
        if !may_record(self.version, scenario.lowest_python()?) {
            return Err(format!(
                "transcripts come from Python 3.15, and this is {}",
                self.version()
            )
            .into());
        }
        let (first, second) = (self.transcript(scenario)?, self.transcript(scenario)?);
        if let Some(difference) = first_difference(&first, &second) {
            return Err(format!("two runs differ\n{difference}").into());
        }
        if first.is_empty() {
            return Err("the script prints nothing".into());
        }
        if fs::read_to_string(&scenario.golden).is_ok_and(|golden| golden == first) {
            return Ok(Record::Unchanged);
        }
        fs::create_dir_all(
            scenario
                .golden
                .parent()
                .ok_or("a transcript has a folder")?,
        )?;
        fs::write(&scenario.golden, first)?;
        Ok(Record::Written)
    }

    /// Runs a script and compares it with its transcript.
    pub(super) fn compare(&self, scenario: &Scenario) -> Result<Finding> {
        if scenario.script.is_none()
            || self.version < scenario.lowest_python()?.unwrap_or(REFERENCE)
        {
            return Ok(Finding::Skipped);
        }
        let Ok(golden) = fs::read_to_string(&scenario.golden) else {
            return Ok(Finding::Different("nothing is recorded".into()));
        };
        Ok(match self.transcript(scenario) {
            Err(error) => Finding::Different(error.to_string()),
            Ok(transcript) => match first_difference(&golden, &transcript) {
                None => Finding::Equal,
                Some(difference) => {
                    Finding::Different(format!("prints something else\n{difference}"))
                }
            },
        })
    }

    /// The names by which `api.tsv` differs from asyncio as this interpreter has it, if it is the reference.
    pub(super) fn missing_names(&self, tool: &Path, api: &Api) -> Result<Vec<String>> {
        if self.version != REFERENCE {
            return Ok(Vec::new());
        }
        let printed = self.run(tool)?;
        let real: BTreeSet<&str> = printed
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        let listed: BTreeSet<&str> = api.names().collect();
        let differ = real.symmetric_difference(&listed);
        Ok(differ
            .map(|name| format!("api.tsv and asyncio do not both have {name}"))
            .collect())
    }

    fn transcript(&self, scenario: &Scenario) -> Result<String> {
        self.run(
            scenario
                .script
                .as_deref()
                .ok_or("missing script: the scenario has no .py file")?,
        )
    }

    /// The standard output of a script that succeeds.
    fn run(&self, script: &Path) -> Result<String> {
        let scratch = Scratch::new()?;
        let mut command = Command::new(&self.program);
        command
            .args(["-X", "utf8"])
            .arg(script)
            .current_dir(scratch.path())
            // For scripts that start Python: behind a wrapper, `sys.executable` is not what can be started.
            .env("PYTHON", &self.program)
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env_remove("PYTHONASYNCIODEBUG")
            .env_remove("PYTHONDEVMODE");
        let finished = process::run(&mut command, LIMIT)?;
        match finished.failure(LIMIT) {
            None => Ok(String::from_utf8(finished.stdout)?),
            Some(failure) => Err(format!("{failure}\n{}", indented(&finished.stderr)).into()),
        }
    }
}

/// The version of Python whose asyncio this is.
const REFERENCE: (u32, u32) = (3, 15);

/// Only the reference may record, unless the script says from which version on its transcript holds.
fn may_record(version: (u32, u32), lowest: Option<(u32, u32)>) -> bool {
    match lowest {
        None => version == REFERENCE,
        Some(lowest) => version >= lowest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reference_records_unless_a_script_says_otherwise() {
        assert!(may_record((3, 15), None));
        assert!(!may_record((3, 14), None));
        assert!(!may_record((3, 16), None));
        assert!(may_record((3, 14), Some((3, 12))));
        assert!(!may_record((3, 15), Some((3, 16))));
    }
}
