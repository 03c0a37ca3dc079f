//! The command line.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::Failure;

/// What is to be shown, and how.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    /// The socket.
    pub(crate) path: PathBuf,
    pub(crate) json: bool,
    /// How long one attempt to get an answer may take.
    pub(crate) timeout: Duration,
    /// How often it is tried again if the program is busy with other clients.
    pub(crate) retries: u32,
    /// Of `top`: between two looks.
    pub(crate) interval: Duration,
    /// Of `top`: one look is enough.
    pub(crate) once: bool,
}

/// The first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// A table of the tasks.
    Ps,
    /// Who awaits whom, as a tree.
    PsTree,
    /// A table, again and again.
    Top,
    /// What there is.
    Help,
    /// Which version this is.
    Version,
}

pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Arguments, Failure> {
    read(&mut parser).map_err(|error| Failure::Arguments(error.to_string()))
}

fn read(parser: &mut lexopt::Parser) -> Result<Arguments, lexopt::Error> {
    let mut command = None;
    let mut path: Option<OsString> = None;
    let mut arguments = Arguments {
        command: Command::Help,
        path: PathBuf::new(),
        json: false,
        timeout: Duration::from_secs(5),
        retries: 3,
        interval: Duration::from_secs(1),
        once: false,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("json") => arguments.json = true,
            Long("once") => arguments.once = true,
            Long("timeout") => arguments.timeout = seconds(&parser.value()?)?,
            Long("retries") => arguments.retries = parser.value()?.parse()?,
            Short('i') | Long("interval") => arguments.interval = seconds(&parser.value()?)?,
            Short('h') | Long("help") => command = Some(Command::Help),
            Short('V') | Long("version") => command = Some(Command::Version),
            Value(name) if command.is_none() => command = Some(named(&name)?),
            Value(value) if path.is_none() => path = Some(value),
            _ => return Err(argument.unexpected()),
        }
    }
    arguments.command = command.ok_or("there is no command")?;
    if !matches!(arguments.command, Command::Help | Command::Version) {
        let path = path.or_else(|| env::var_os("ASYNCIO_INSPECT").filter(|path| !path.is_empty()));
        arguments.path = path
            .ok_or("there is no PATH, and no ASYNCIO_INSPECT")?
            .into();
    }
    Ok(arguments)
}

fn named(name: &OsString) -> Result<Command, lexopt::Error> {
    Ok(match name.to_str() {
        Some("ps") => Command::Ps,
        Some("pstree") => Command::PsTree,
        Some("top") => Command::Top,
        Some("help") => Command::Help,
        _ => return Err(format!("there is no command {name:?}").into()),
    })
}

fn seconds(value: &OsString) -> Result<Duration, lexopt::Error> {
    let seconds = value.to_str().and_then(|value| value.parse().ok());
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| !time.is_zero() && *time <= A_DAY)
        .ok_or_else(|| format!("{value:?} is no number of seconds").into())
}

/// Longer than anybody waits.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) const HELP: &str = "\
What the tasks of a running program do.

usage: asyncio COMMAND [OPTIONS] [PATH]

  ps        a table of the tasks
  pstree    who awaits whom, as a tree
  top       a table of the tasks, live, the longest steps first; q or Ctrl-C ends it
  help      this text

PATH is the socket of a program that agreed to be inspected: with ASYNCIO_INSPECT=PATH in its environment,
Runner::builder().inspect(PATH) or event_loop.inspect(PATH). Without it, ASYNCIO_INSPECT names it here as well.

  --json               for programs: the tasks as JSON
  --timeout SECONDS    how long to wait for an answer; 5. A program that is blocked does not answer
  --retries N          how often to try again while the program is busy with other clients; 3
  -i, --interval SECONDS   top: how long to wait between two looks; 1
  --once               top: one look
  -V, --version        which version this is
";
