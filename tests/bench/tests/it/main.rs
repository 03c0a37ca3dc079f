//! Everything that can be measured works, whatever it measures.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn every_contestant_does_every_workload() {
    let samples = bench_samples();
    let listed = bench(&["--list"]);
    for workload in listed.lines() {
        let (name, contestants) = workload.split_once(' ').expect("a name and contestants");
        for contestant in contestants.trim().split(", ") {
            let is_row = |line: &str| {
                let fields: Vec<_> = line.split('\t').collect();
                fields[WORKLOAD] == name && fields[ENTRANT] == contestant
            };
            assert!(
                samples.lines().any(is_row),
                "no {name} by {contestant} in\n{samples}"
            );
        }
    }
}

/// Fields of a line of samples.
const WORKLOAD: usize = 1;
const ENTRANT: usize = 8;

fn bench_samples() -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samples.tsv");
    bench(&["--smoke", "--samples", path.to_str().expect("UTF-8")]);
    fs::read_to_string(path).unwrap()
}

/// Panics name their files, which tells what a program without symbols consists of.
#[test]
#[cfg(target_os = "linux")]
fn the_smallest_program_has_no_code_for_what_it_does_not_use() {
    let program = fs::read(env!("CARGO_BIN_EXE_start-asyncio")).unwrap();
    let has = |path: &&str| memchr::memmem::find(&program, path.as_bytes()).is_some();
    assert!(has(&"asyncio-tasks/src/runners.rs"), "no file is named");
    let unused: Vec<_> = UNUSED.iter().filter(|path| has(path)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// Parts of the facade that an empty coroutine does not need.
#[cfg(target_os = "linux")]
const UNUSED: &[&str] = &[
    "asyncio-executor/src/shuffle.rs",
    "asyncio-queue/",
    "asyncio-streams/",
    "asyncio-sync/",
    "asyncio-tasks/src/async_generator/",
    "asyncio-tasks/src/cancel_scopes/",
    "asyncio-tasks/src/concurrent/",
    "asyncio-tasks/src/default_executor.rs",
    "asyncio-tasks/src/exception_group.rs",
    "asyncio-tasks/src/taskgroups/",
    "asyncio-tasks/src/tasks/gather.rs",
    "asyncio-tasks/src/tasks/wait.rs",
    "asyncio-tasks/src/timeouts.rs",
    "asyncio-transports/",
];

#[test]
fn unknown_names_are_errors() {
    let error = |arguments: &[&str]| {
        let output = command(arguments).output().unwrap();
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{output:?}"
        );
        String::from_utf8(output.stderr).unwrap()
    };
    let workload = error(&["--only", "locks,nothing-like-this"]);
    assert!(workload.contains("--only nothing-like-this:"), "{workload}");
    let contestant = error(&["--contestants", "asyncio,nobody"]);
    assert!(contestant.contains("--contestants nobody:"), "{contestant}");
    let both = error(&["--only", "lock-free", "--contestants", "epoll"]);
    assert!(both.contains("no contestant"), "{both}");
    let empty = error(&["--only", "locks,"]);
    assert!(empty.contains("an empty name"), "{empty}");
}

fn bench(arguments: &[&str]) -> String {
    let output = command(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncio-bench"));
    command.args(arguments);
    command
}
