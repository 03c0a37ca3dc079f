//! How much memory a task takes that waits.

use std::future::pending;
use std::hint::black_box;
use std::process::Command;
use std::{env, fs};

use super::{Better, Entrant, Group, Measure, Pace, Workload};
use crate::Result;
use crate::contestants::{Contestant, ForAll, Script, entrants};
use crate::heap;

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    let tasks = of(100_000);
    let mut entrants = entrants(&InChild(tasks));
    entrants.extend(Script::for_each("idle.py").map(|script| in_python(script, tasks)));
    let workload = Workload::new(
        Group::Memory,
        "idle-task",
        "a task that waits with 32 bytes of its own, one of 100k",
        MEASURES,
        entrants,
    );
    vec![workload.pace(Pace::Long)]
}

const MEASURES: &[Measure] = &[
    Measure {
        name: "bytes of the heap",
        better: Better::Less,
    },
    Measure {
        name: "bytes resident",
        better: Better::Less,
    },
];

/// Prints what a contestant's tasks take: `NAME:TASKS`.
pub(crate) fn report(what: &str) -> Result {
    let (name, tasks) = what.split_once(':').ok_or("not NAME:TASKS")?;
    let entrants = entrants(&InThisProcess(tasks.parse()?));
    let entrant = entrants
        .iter()
        .find(|entrant| entrant.name == name)
        .ok_or_else(|| format!("no contestant is called {name}"))?;
    for number in (entrant.run)()? {
        println!("{number}");
    }
    Ok(())
}

/// So many tasks in a process of their own, whose allocator counts.
struct InChild(u64);

impl ForAll for InChild {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let what = format!("{}:{}", C::NAME, self.0);
        Entrant::new::<C>(move || {
            let program = env::current_exe()?.with_file_name("asyncio-bench-counted");
            numbers(Command::new(program).args(["--idle-tasks", &what]))
        })
    }
}

fn in_python(script: Script, tasks: u64) -> Entrant {
    let name = script.contestant();
    Entrant::named(name, name, move || {
        numbers(script.command().arg(tasks.to_string()))
    })
}

/// What a program prints, line by line.
fn numbers(command: &mut Command) -> Result<Vec<f64>> {
    let output = command
        .output()
        .map_err(|error| format!("start {command:?}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{command:?}: {}: {said}", output.status).into());
    }
    let lines = String::from_utf8(output.stdout)?;
    lines.lines().map(|line| Ok(line.parse()?)).collect()
}

/// So many tasks in this process.
struct InThisProcess(u64);

impl ForAll for InThisProcess {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let tasks = self.0;
        Entrant::new::<C>(move || C::run(footprint::<C>(tasks)))
    }
}

/// Bytes for each task, on the heap and resident.
async fn footprint<C: Contestant>(tasks: u64) -> Result<Vec<f64>> {
    // All there is before the first task: what the program keeps to hold on to a task is not the runtime's.
    let mut handles: Vec<_> = (0..tasks).map(|_| None).collect();
    let (heap_before, resident_before) = (heap::in_use(), resident()?);
    for handle in &mut handles {
        *handle = Some(C::spawn(wait()));
    }
    // Until all have begun to wait.
    C::yield_now().await;
    C::yield_now().await;
    let per_task = |bytes: i64| bytes as f64 / tasks as f64;
    Ok(vec![
        per_task(heap::in_use() - heap_before),
        per_task(resident()? - resident_before),
    ])
}

async fn wait() {
    let state = black_box([0u8; STATE]);
    pending::<()>().await;
    black_box(state);
}

/// What each task remembers, which is little.
const STATE: usize = 32;

/// The bytes of this process that are in the machine's memory.
fn resident() -> Result<i64> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no resident set in smaps_rollup")?;
    Ok(kib.parse::<i64>()? * 1024)
}
