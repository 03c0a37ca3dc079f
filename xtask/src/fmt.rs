//! `cargo xtask fmt`: cargo fmt, and rustfmt for the scenarios, which no `mod` line leads to.

use std::process::Command;

use lexopt::prelude::*;

use crate::conformance::twins;
use crate::workspace::{Outcome, Result, cargo, run_to_success};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Rewrite what is not formatted.
    Write,
    /// Only say what is not.
    Check,
}

impl Mode {
    /// `None` when help is asked for.
    pub(crate) fn parse(arguments: &mut lexopt::Parser) -> Result<Option<Self>> {
        let mut mode = Self::Write;
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("check") => mode = Self::Check,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(mode))
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Write => &[],
            Self::Check => &["--check"],
        }
    }
}

pub(crate) fn run(mode: Mode) -> Result<Outcome> {
    run_to_success(cargo(&["fmt", "--all"]).args(mode.options()))?;
    let twins = twins()?;
    if !twins.is_empty() {
        run_to_success(
            Command::new("rustfmt")
                .args(["--edition", "2024"])
                .args(mode.options())
                .args(twins),
        )?;
    }
    Ok(Outcome::Passed)
}
