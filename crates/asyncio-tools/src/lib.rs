#![doc = include_str!("../README.md")]

mod arguments;
mod client;
mod json;
mod ps;
mod pstree;
mod snapshot;
mod text;
mod top;

use std::io::{self, Write};
use std::process::ExitCode;

use arguments::{Arguments, Command};

/// The command: reads the program's arguments, writes to its output, and says how it went.
pub fn main() -> ExitCode {
    let outcome =
        arguments::parse(lexopt::Parser::from_env()).and_then(|arguments| run(&arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("asyncio: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.command == Command::Top {
        return top::run(arguments);
    }
    let shown = match arguments.command {
        Command::Help => arguments::HELP.to_owned(),
        Command::Version => format!("asyncio {}\n", env!("CARGO_PKG_VERSION")),
        _ => {
            let snapshot = client::ask(arguments)?;
            match arguments.command {
                _ if arguments.json => json::render(&snapshot),
                Command::PsTree => pstree::render(&snapshot).map_err(Failure::Cycles)?,
                _ => ps::render(&snapshot),
            }
        }
    };
    io::stdout()
        .write_all(shown.as_bytes())
        .map_err(Failure::Output)
}

/// Why there is nothing to show.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is not understood.
    Arguments(String),
    /// The program cannot be asked; with what was asked of whom, and why not.
    Program(String),
    /// Tasks await each other in circles, so that there is no tree.
    Cycles(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Arguments(text) => write!(f, "{text}\ntry: asyncio help"),
            Failure::Program(text) | Failure::Cycles(text) => f.write_str(text),
            Failure::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}
