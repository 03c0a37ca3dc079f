//! Runs the Rust twin of one conformance scenario and checks that it leaves nothing alive.

mod alive;
#[allow(dead_code, reason = "a filtered build needs a part of it")]
mod net;
#[allow(dead_code, reason = "a filtered build needs a part of it")]
mod py;

use std::env;
use std::process::ExitCode;

use crate::alive::Alive;

/// The `main` function of a twin.
type Twin = fn() -> asyncio::Result<()>;

#[allow(
    unreachable_pub,
    reason = "a twin's main is public for this table only"
)]
mod twins {
    use super::Twin;

    include!(concat!(env!("OUT_DIR"), "/twins.rs"));
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["--list"] => list(),
        [name] => run(name),
        _ => refuse("usage: conformance-scenario --list | <module>/<name>"),
    }
}

fn list() -> ExitCode {
    for (name, _) in twins::TWINS {
        println!("{name}");
    }
    ExitCode::SUCCESS
}

fn run(wanted: &str) -> ExitCode {
    let Some((_, twin)) = twins::TWINS.iter().find(|(name, _)| *name == wanted) else {
        return refuse(&format!("no twin is called {wanted}"));
    };
    let before = Alive::now();
    let result = twin();
    let left = before.left_behind();
    for thing in &left {
        eprintln!("left alive: {thing}");
    }
    if let Err(error) = &result {
        eprintln!("error: {error:?}");
    }
    if result.is_ok() && left.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}
