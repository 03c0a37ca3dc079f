//! `cargo xtask test`: everything that a user wants to see pass, with Rust alone.

use crate::conformance::{self, Options};
use crate::workspace::{Outcome, Result, cargo, lock_options, run_to_success};

pub(crate) fn run() -> Result<Outcome> {
    run_to_success(cargo(&["test", "--workspace"]).args(lock_options()))?;
    conformance::run(&Options::default())
}
