//! How a program under `#[asyncio::main]` ends: its exit status, and what it prints.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn without_an_error_the_status_is_0() {
    let output = end("nothing");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "nothing to report\n");
}

#[test]
fn an_exit_code_is_the_status() {
    assert_eq!(end("value").status.code(), Some(3));
}

#[test]
fn an_error_is_printed() {
    let output = end("error");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "Error: ParseIntError: invalid digit found in string\n"
    );
}

#[test]
fn a_panic_is_a_panic_of_main() {
    for way in ["panic", "panic with a result"] {
        let output = end(way);
        assert_eq!(output.status.code(), Some(101), "{way}");
        assert_eq!(text(&output.stderr).matches("on purpose").count(), 1);
    }
}

#[test]
fn a_panic_of_a_task_is_an_error() {
    let output = end("panic of a task");
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(
        errors.ends_with("Error: PanicError: panicked: on purpose\n"),
        "{errors}"
    );
}

#[test]
fn system_exit_is_the_status() {
    let output = end("exit");
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn keyboard_interrupt_ends_the_process_by_its_signal() {
    let output = end("interrupted");
    assert_eq!(output.status.signal(), Some(Signal::INT.as_raw()));
    assert_eq!(text(&output.stdout), "cut ");
    assert_eq!(text(&output.stderr), "KeyboardInterrupt\n");
}

#[test]
fn ctrl_c_cancels_the_program_which_cleans_up() {
    let mut child = program("waits").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "waiting\n");

    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "cleaned up\n");
    assert_eq!(child.wait().unwrap().signal(), Some(Signal::INT.as_raw()));
}

fn program(way: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncio-integration"));
    command
        .arg(way)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("RUST_BACKTRACE");
    command
}

fn end(way: &str) -> Output {
    program(way).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
