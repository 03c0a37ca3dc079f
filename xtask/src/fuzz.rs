//! `cargo xtask fuzz`: random programs under CPython's asyncio and under this one. `tests/fuzz/README.md` tells more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cargo_metadata::TargetKind;
use lexopt::prelude::*;

use crate::process;
use crate::scratch::Scratch;
use crate::workspace::{Outcome, Result, build_executables, cargo, root};

/// See the help text of `cargo xtask`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    mode: Mode,
    python: PathBuf,
    seed: u64,
    count: Option<u32>,
}

/// What is done with the transcripts of the Python side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// They are compared with those of the Rust side.
    Compare,
    /// They are written to the file that the crate's own tests check.
    Record,
}

impl Options {
    /// `None` when help is asked for.
    pub(crate) fn parse(arguments: &mut lexopt::Parser) -> Result<Option<Self>> {
        let mut options = Self {
            mode: Mode::Compare,
            python: PathBuf::from("python3"),
            seed: 1,
            count: None,
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("python") => options.python = arguments.value()?.into(),
                Long("seed") => options.seed = arguments.value()?.parse()?,
                Long("count") => options.count = Some(arguments.value()?.parse()?),
                Long("record") => options.mode = Mode::Record,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(options))
    }

    fn count(&self) -> u32 {
        self.count.unwrap_or(match self.mode {
            Mode::Compare => 3000,
            Mode::Record => 50,
        })
    }

    /// So long may a side take: far more than it needs, and an end if it is stuck.
    fn limit(&self) -> Duration {
        Duration::from_secs(60) + Duration::from_millis(20) * self.count()
    }
}

/// Generates the programs, and does what the options say.
pub(crate) fn run(options: &Options) -> Result<Outcome> {
    let fuzzer = build()?;
    let scratch = Scratch::new()?;
    let file = scratch.path().join("programs");
    let (seed, count) = (options.seed.to_string(), options.count().to_string());
    let programs = output(
        Command::new(&fuzzer).args(["generate", &seed, &count]),
        options,
    )?;
    programs.check()?;
    fs::write(&file, &programs.text)?;

    let python = reference(&file, options)?;
    python.check()?;
    if options.mode == Mode::Record {
        fs::write(folder().join("golden.txt"), &python.text)?;
        println!("fuzz: {count} recorded");
        return Ok(Outcome::Passed);
    }
    let rust = output(Command::new(&fuzzer).arg("run").arg(&file), options)?;
    let comparison = Comparison::new(&programs.text, &python.text, &rust.text);
    print!("{comparison}");
    // Whatever stopped it explains the transcripts that are missing.
    rust.check()?;
    Ok(comparison.outcome())
}

fn build() -> Result<PathBuf> {
    let mut command = cargo(&["build", "--release", "--package", "asyncio-fuzz"]);
    let executables = build_executables(&TargetKind::Bin, &mut command)?;
    let (_, path) = executables.into_iter().next().ok_or("cargo built no bin")?;
    Ok(path)
}

fn reference(programs: &Path, options: &Options) -> Result<Output> {
    let script = folder().join("reference.py");
    output(
        Command::new(&options.python).arg(script).arg(programs),
        options,
    )
}

fn folder() -> PathBuf {
    root().join("tests/fuzz")
}

/// What a side printed, and why it did not succeed.
#[derive(Debug)]
struct Output {
    text: String,
    failure: Option<String>,
}

impl Output {
    fn check(&self) -> Result {
        match &self.failure {
            None => Ok(()),
            Some(failure) => Err(failure.as_str().into()),
        }
    }
}

fn output(command: &mut Command, options: &Options) -> Result<Output> {
    let finished = process::run(command, options.limit())?;
    let failure = finished.failure(options.limit()).map(|failure| {
        let stderr = String::from_utf8_lossy(&finished.stderr);
        format!("`{}`: {failure}\n{stderr}", process::display(command))
    });
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    Ok(Output { text, failure })
}

/// The programs with both sides' transcripts.
#[derive(Debug)]
struct Comparison<'a> {
    count: usize,
    different: Vec<Difference<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Difference<'a> {
    program: &'a str,
    python: &'a str,
    rust: &'a str,
}

impl<'a> Comparison<'a> {
    fn new(programs: &'a str, python: &'a str, rust: &'a str) -> Self {
        let (mut python, mut rust) = (blocks(python), blocks(rust));
        let cases = programs.lines().map(|program| Difference {
            program,
            python: python.next().unwrap_or_default(),
            rust: rust.next().unwrap_or_default(),
        });
        let is_bad = |case: &Difference<'_>| {
            let begins = case.python.lines().next() == Some(case.program);
            !begins || case.python != case.rust
        };
        Self {
            different: cases.filter(is_bad).collect(),
            count: programs.lines().count(),
        }
    }

    fn outcome(&self) -> Outcome {
        if self.different.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed
        }
    }
}

/// A block is a program and its transcript; it ends with an empty line. What a crash left half is none.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    whole.split_terminator("\n\n")
}

/// The first program that differs, with both transcripts, and the closing line.
impl std::fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(first) = self.different.first() {
            let transcript = |block: &'_ str| {
                let lines = block.split_once('\n').map_or("", |(_, lines)| lines);
                if lines.is_empty() {
                    "nothing".to_owned()
                } else {
                    lines.to_owned()
                }
            };
            writeln!(f, "differs: {}\n", first.program)?;
            writeln!(f, "--- CPython\n{}\n", transcript(first.python))?;
            writeln!(f, "+++ Rust\n{}\n", transcript(first.rust))?;
        }
        let failed = self.different.len();
        writeln!(f, "fuzz: {} passed, {failed} failed", self.count - failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAMS: &str = "(program 1)\n(program 2)\n";
    const PYTHON: &str = "(program 1)\na\nb\n\n(program 2)\nc\n\n";

    #[test]
    fn each_option_is_understood() {
        let arguments = ["--python", "p", "--seed", "7", "--count=9"];
        let options = Options::parse(&mut lexopt::Parser::from_args(arguments));
        let options = options.unwrap().unwrap();
        assert_eq!((options.seed, options.count()), (7, 9));
        assert_eq!(options.python, PathBuf::from("p"));
        let recording = Options::parse(&mut lexopt::Parser::from_args(["--record"]));
        assert_eq!(recording.unwrap().unwrap().count(), 50);
        assert!(Options::parse(&mut lexopt::Parser::from_args(["x"])).is_err());
    }

    #[test]
    fn equal_transcripts_pass() {
        let comparison = Comparison::new(PROGRAMS, PYTHON, PYTHON);
        assert_eq!(comparison.outcome(), Outcome::Passed);
        assert_eq!(comparison.to_string(), "fuzz: 2 passed, 0 failed\n");
    }

    #[test]
    fn the_first_difference_is_shown() {
        let rust = PYTHON.replace('c', "d");
        let comparison = Comparison::new(PROGRAMS, PYTHON, &rust);
        assert_eq!(comparison.outcome(), Outcome::Failed);
        assert_eq!(
            comparison.to_string(),
            "differs: (program 2)\n\n--- CPython\nc\n\n+++ Rust\nd\n\nfuzz: 1 passed, 1 failed\n"
        );
    }

    #[test]
    fn what_a_side_did_not_write_to_the_end_differs() {
        for half in ["", "(program 1)\na\nb\n\n(program 2)\nc\n"] {
            assert!(!Comparison::new(PROGRAMS, PYTHON, half).different.is_empty());
        }
        assert_eq!(Comparison::new(PROGRAMS, "", "").different.len(), 2);
    }
}
