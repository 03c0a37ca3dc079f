//! `cargo xtask ci`: all that must hold before a change goes in. `.ci/run` is this and nothing else.

use std::time::{Duration, Instant};

use crate::workspace::{Outcome, Result, cargo, lock_options, run_to_success};
use crate::{bench, dependencies, examples, fmt, layers, loom, test, tidy};

pub(crate) fn run() -> Result<Outcome> {
    let started = Instant::now();
    for step in STEPS {
        if step.run()? == Outcome::Failed {
            return Ok(Outcome::Failed);
        }
    }
    println!(
        "\nci: {} steps passed in {}",
        STEPS.len(),
        seconds(started.elapsed())
    );
    Ok(Outcome::Passed)
}

/// The cheap ones come first.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        action: Action::Xtask(&["fmt", "--check"], || fmt::run(fmt::Mode::Check)),
    },
    Step {
        name: "layers",
        action: Action::Xtask(&["layers"], layers::run),
    },
    Step {
        name: "tidy",
        action: Action::Xtask(&["tidy"], tidy::run),
    },
    Step {
        name: "dependencies",
        action: Action::Xtask(&["dependencies"], dependencies::run),
    },
    Step {
        name: "clippy",
        action: Action::Cargo {
            variables: &[],
            subcommand: &["clippy", "--workspace", "--all-targets"],
            last: &["--", "-D", "warnings"],
        },
    },
    Step {
        name: "test",
        action: Action::Xtask(&["test"], test::run),
    },
    Step {
        name: "loom",
        action: Action::Xtask(&["loom"], loom::run),
    },
    Step {
        name: "docs",
        action: Action::Cargo {
            variables: &[("RUSTDOCFLAGS", "-D warnings")],
            subcommand: &["doc", "--workspace", "--no-deps"],
            last: &[],
        },
    },
    Step {
        name: "examples",
        action: Action::Xtask(&["examples"], examples::run),
    },
    Step {
        name: "bench",
        action: Action::Xtask(&["bench", "--quick"], || {
            bench::run(&bench::Options::quick())
        }),
    },
];

struct Step {
    name: &'static str,
    action: Action,
}

enum Action {
    Cargo {
        variables: &'static [(&'static str, &'static str)],
        subcommand: &'static [&'static str],
        /// What follows the options that CI adds.
        last: &'static [&'static str],
    },
    /// A command of this program with the function behind it.
    Xtask(&'static [&'static str], fn() -> Result<Outcome>),
}

impl Step {
    fn run(&self) -> Result<Outcome> {
        println!("\n== {}: {}", self.name, self.command_line());
        let started = Instant::now();
        let outcome = self.action.run().unwrap_or_else(|error| {
            eprintln!("error: {error}");
            Outcome::Failed
        });
        let elapsed = seconds(started.elapsed());
        match outcome {
            Outcome::Passed => println!("== {} passed in {elapsed}", self.name),
            Outcome::Failed => println!(
                "== {} failed after {elapsed}\nrerun: {}",
                self.name,
                self.command_line()
            ),
        }
        Ok(outcome)
    }

    /// The step as one types it.
    fn command_line(&self) -> String {
        match &self.action {
            Action::Xtask(words, _) => format!("cargo xtask {}", words.join(" ")),
            Action::Cargo {
                variables,
                subcommand,
                last,
            } => {
                let variables = variables
                    .iter()
                    .map(|(name, value)| format!("{name}=\"{value}\" "));
                let words = ["cargo"]
                    .iter()
                    .chain(*subcommand)
                    .chain(*last)
                    .copied()
                    .collect::<Vec<_>>();
                variables.collect::<String>() + &words.join(" ")
            }
        }
    }
}

impl Action {
    fn run(&self) -> Result<Outcome> {
        match self {
            Self::Xtask(_, function) => function(),
            Self::Cargo {
                variables,
                subcommand,
                last,
            } => {
                let mut command = cargo(subcommand);
                command
                    .args(lock_options())
                    .args(*last)
                    .envs(variables.iter().copied());
                run_to_success(&mut command).map(|()| Outcome::Passed)
            }
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_can_be_rerun_by_its_line() {
        let lines: Vec<_> = STEPS.iter().map(Step::command_line).collect();
        assert!(lines.contains(&"cargo xtask fmt --check".to_owned()));
        assert!(
            lines.contains(&"cargo clippy --workspace --all-targets -- -D warnings".to_owned())
        );
        assert!(
            lines.contains(
                &"RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps".to_owned()
            )
        );
    }
}
