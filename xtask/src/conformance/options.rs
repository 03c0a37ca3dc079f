//! What the command line of `cargo xtask conformance` asks for.

use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

use lexopt::prelude::*;

use crate::workspace::Result;

/// See the help text of `cargo xtask`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) mode: Mode,
    filter: String,
    pub(super) selectors: Vec<Selector>,
    pub(super) jobs: usize,
    pub(super) python: PathBuf,
}

/// What is done with the scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Run the twins against the transcripts.
    Check,
    /// Run both sides against the transcripts.
    Live,
    /// Run the Python side and write the transcripts.
    Record,
    /// Run nothing: print the checklist.
    List,
}

/// The selector a twin's loops use, named as in the environment variable that chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selector {
    Epoll,
    Polling,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Check,
            filter: String::new(),
            selectors: Selector::available().to_vec(),
            jobs: thread::available_parallelism().map_or(1, NonZero::get),
            python: PathBuf::from("python3"),
        }
    }
}

impl Options {
    /// `None` when help is asked for.
    pub(crate) fn parse(arguments: &mut lexopt::Parser) -> Result<Option<Self>> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("filter") => options.filter = arguments.value()?.string()?,
                Long("list") => options.set_mode(Mode::List)?,
                Long("live") => options.set_mode(Mode::Live)?,
                Long("record") => options.set_mode(Mode::Record)?,
                Long("python") => options.python = arguments.value()?.into(),
                Long("jobs") => options.jobs = arguments.value()?.parse::<NonZero<usize>>()?.get(),
                Long("selector") => {
                    options.selectors = vec![arguments.value()?.parse_with(Selector::named)?]
                }
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(options))
    }

    /// The text that the names of the chosen scenarios contain.
    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    fn set_mode(&mut self, mode: Mode) -> Result {
        if self.mode != Mode::Check {
            return Err("only one of --list, --live and --record can be asked for".into());
        }
        self.mode = mode;
        Ok(())
    }
}

impl Selector {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Epoll => "epoll",
            Self::Polling => "polling",
        }
    }

    fn named(name: &str) -> std::result::Result<Self, String> {
        let found = Self::available()
            .iter()
            .find(|selector| selector.name() == name);
        found
            .copied()
            .ok_or_else(|| format!("this machine has no selector {name}"))
    }

    /// The selectors of this machine.
    fn available() -> &'static [Self] {
        if cfg!(target_os = "linux") {
            &[Self::Epoll, Self::Polling]
        } else {
            &[Self::Polling]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Option<Options>> {
        Options::parse(&mut lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn nothing_means_every_scenario_on_every_selector() {
        assert_eq!(parse(&[]).unwrap().unwrap(), Options::default());
    }

    #[test]
    fn each_option_is_understood() {
        let options = parse(&[
            "--record",
            "--python",
            "/usr/bin/python3.15",
            "--filter=task_",
            "--jobs",
            "3",
        ]);
        let options = options.unwrap().unwrap();
        assert_eq!(options.mode, Mode::Record);
        assert_eq!(options.python, PathBuf::from("/usr/bin/python3.15"));
        assert_eq!((options.filter(), options.jobs), ("task_", 3));
        assert_eq!(
            parse(&["--selector", "polling"])
                .unwrap()
                .unwrap()
                .selectors,
            [Selector::Polling]
        );
        assert_eq!(parse(&["--help"]).unwrap(), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for arguments in [
            &["--selector", "kqueue"][..],
            &["--jobs", "0"],
            &["--list", "--record"],
            &["--colour"],
            &["x"],
        ] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
