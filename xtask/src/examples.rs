//! `cargo xtask examples`: every example runs once, without arguments, and ends by itself.

use std::process::Command;
use std::time::{Duration, Instant};

use cargo_metadata::TargetKind;

use crate::process;
use crate::workspace::{Outcome, Result, build_executables, cargo, members};

pub(crate) fn run() -> Result<Outcome> {
    if !members()?
        .packages
        .iter()
        .any(|package| package.name.as_str() == PACKAGE)
    {
        return Err(format!("the workspace has no package {PACKAGE}").into());
    }
    let mut problems = Vec::new();
    for (name, executable) in build_executables(
        &TargetKind::Example,
        &mut cargo(&["build", "-p", PACKAGE, "--examples"]),
    )? {
        let started = Instant::now();
        let finished = process::run(&mut Command::new(executable), LIMIT)?;
        match finished.failure(LIMIT) {
            None => println!("example {name}: {:.1} s", started.elapsed().as_secs_f64()),
            Some(failure) => problems.push(format!(
                "example {name}: {failure}\n{}{}rerun: cargo run -p {PACKAGE} --example {name}",
                String::from_utf8_lossy(&finished.stdout),
                String::from_utf8_lossy(&finished.stderr),
            )),
        }
    }
    Ok(Outcome::report(&problems))
}

const PACKAGE: &str = "asyncio-examples";

/// Ten times what the slowest example should need on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
