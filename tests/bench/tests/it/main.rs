//! Everything that can be measured works, whatever it measures.

use std::process::Command;

#[test]
fn every_contestant_does_every_workload() {
    let output = bench(&["--smoke", "--markdown"]);
    let listed = bench(&["--list"]);
    for workload in listed.lines() {
        let (name, contestants) = workload.split_once(' ').expect("a name and contestants");
        for contestant in contestants.trim().split(", ") {
            let row = |line: &str| {
                line.starts_with(&format!("| {name} |"))
                    && line.contains(&format!(" {contestant} |"))
            };
            assert!(
                output.lines().any(row),
                "no {name} by {contestant} in\n{output}"
            );
        }
    }
}

#[test]
fn unknown_names_are_errors() {
    let output = command(&["--only", "nothing-like-this"]).output().unwrap();
    assert!(!output.status.success());
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
