//! What a program costs that does nothing: time, and space on the disk.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use super::{Better, Entrant, Group, Measure, Pace, Workload};
use crate::Result;
use crate::contestants::Script;
use crate::options::Scale;

/// Every workload of this file.
pub(super) fn all(scale: Scale) -> Vec<Workload> {
    let round = scale.time(ROUND);
    let mut started: Vec<_> = PROGRAMS
        .iter()
        .map(|program| program.started(round))
        .collect();
    started.extend(Script::for_each("start.py").map(|script| in_python(script, round)));
    let sized = PROGRAMS.iter().map(|program| program.sized()).collect();
    let start = "start a program that runs an empty coroutine, until it has ended";
    let size = "the same program, without symbols";
    vec![
        Workload::new(Group::Start, "start-up", start, TIME, started),
        Workload::new(Group::Start, "size", size, SIZE, sized).pace(Pace::Long),
    ]
}

const TIME: &[Measure] = &[Measure {
    name: "ms",
    better: Better::Less,
}];

const SIZE: &[Measure] = &[Measure {
    name: "KiB on the disk",
    better: Better::Less,
}];

/// One of those in `bin/`, which stand beside this program.
struct Program {
    contestant: &'static str,
    file: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program::new("asyncio", "start-asyncio"),
    Program::new("tokio", "start-tokio"),
    Program::new("smol", "start-smol"),
    Program::new("monoio", "start-monoio"),
    Program::new("glommio", "start-glommio"),
    Program::new("none", "start-none"),
];

impl Program {
    const fn new(contestant: &'static str, file: &'static str) -> Self {
        Program { contestant, file }
    }

    fn started(&'static self, round: Duration) -> Entrant {
        self.entrant(move || start(round, || Ok(Command::new(self.path()?))))
    }

    fn sized(&'static self) -> Entrant {
        self.entrant(|| Ok(vec![fs::metadata(self.path()?)?.len() as f64 / 1024.0]))
    }

    fn path(&self) -> Result<PathBuf> {
        Ok(env::current_exe()?.with_file_name(self.file))
    }

    fn entrant(&self, run: impl Fn() -> Result<Vec<f64>> + 'static) -> Entrant {
        let entrant = Entrant::named(self.contestant, self.contestant, run);
        match self.contestant {
            "none" => entrant.shown(),
            _ => entrant,
        }
    }
}

fn in_python(script: Script, round: Duration) -> Entrant {
    let name = script.contestant();
    Entrant::named(name, name, move || start(round, || Ok(script.command())))
}

/// Starts a program as often as it can in the time of a round, and returns the milliseconds of each time.
fn start(round: Duration, command: impl Fn() -> Result<Command>) -> Result<Vec<f64>> {
    let begin = Instant::now();
    let mut times = 0;
    while times == 0 || begin.elapsed() < round {
        let status = command()?.stdin(Stdio::null()).status()?;
        if !status.success() {
            return Err(status.to_string().into());
        }
        times += 1;
    }
    Ok(vec![begin.elapsed().as_secs_f64() * 1e3 / f64::from(times)])
}

/// Some fifty starts of the smallest program.
const ROUND: Duration = Duration::from_millis(50);
