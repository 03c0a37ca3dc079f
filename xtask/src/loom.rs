//! `cargo xtask loom`: what threads do to loops, futures, locks and queues, in every interleaving. Everything is built once more, with models
//! in the place of the standard library's primitives, so it has a target folder of its own.

use crate::workspace::{Outcome, Result, cargo, lock_options, run_to_success};

pub(crate) fn run() -> Result<Outcome> {
    let mut command = cargo(&["test", "--test", "loom", "--target-dir", TARGET]);
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    command.args(lock_options()).env("RUSTFLAGS", FLAGS);
    run_to_success(&mut command).map(|()| Outcome::Passed)
}

/// Those with models, in `tests/loom`.
const PACKAGES: &[&str] = &[
    "asyncio-executor",
    "asyncio-tasks",
    "asyncio-sync",
    "asyncio-queue",
];

const FLAGS: &str = "--cfg loom -D warnings";

const TARGET: &str = "target/loom";
