//! Signals as a program meets them from outside: who is called, who dies of what, and what a shell sees of it.
//!
//! RUN-05, RUN-07, RUN-08, RUN-09.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use asyncio::signal::*;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

#[test]
fn run_07_a_signal_without_its_handler_does_what_it_did_before() {
    for way in ["removed", "closed", "dropped"] {
        for fatal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGALRM, SIGABRT] {
            let output = run(&[way, &fatal.to_string()]);
            assert_eq!(output.status.signal(), Some(fatal), "{way}: {output:?}");
            assert_eq!(text(&output.stdout), "", "{way} {fatal}");
        }
        // Nothing comes of these by default, and a Rust program starts with the last one ignored.
        for harmless in [SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGPIPE] {
            let output = run(&[way, &harmless.to_string()]);
            assert_eq!(text(&output.stdout), "goes on\n", "{way}: {output:?}");
        }
    }
}

#[test]
fn run_07_a_real_time_signal_ends_the_process_again() {
    let output = run(&["removed", "34"]);
    assert_eq!(output.status.code(), Some(128 + 34), "{output:?}");
}

#[test]
fn run_07_a_stop_signal_stops_the_process_again() {
    for signal in [SIGTSTP, SIGTTIN, SIGTTOU] {
        let mut child = program(&["removed", &signal.to_string()]).spawn().unwrap();
        let pid = Pid::from_child(&child);
        let (_, status) = waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped(), "{signal}: {status:?}");
        kill_process(pid, Signal::CONT).unwrap();
        assert_eq!(rest(child.stdout.take().unwrap()), "goes on\n");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn run_07_a_signal_that_the_program_ignores_is_ignored_again() {
    let mut shell = Command::new("sh");
    let script = "trap '' USR1; exec \"$0\" removed \"$1\"";
    shell.args(["-c", script, PROGRAM, &SIGUSR1.to_string()]);
    let output = shell.output().unwrap();
    assert_eq!(text(&output.stdout), "goes on\n", "{output:?}");
}

#[test]
fn run_07_a_handler_is_called_whatever_the_signal_does_by_default() {
    for signal in [SIGCHLD, SIGTSTP, SIGQUIT, SIGPIPE, SIGINT, 64] {
        let output = run(&["gets one each", &signal.to_string()]);
        assert_eq!(text(&output.stdout), "called\n".repeat(3), "{output:?}");
    }
    // 64 without 32 and 33, SIGKILL and SIGSTOP, and four faults.
    assert_eq!(text(&run(&["every signal"]).stdout), "56 of 56\n");
}

#[test]
fn run_07_a_fault_is_refused() {
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE] {
        let line = format!(
            "RuntimeError: sig {signal} cannot be caught: it is a fault of the program itself\n"
        );
        let output = run(&["refused", &signal.to_string()]);
        assert_eq!(text(&output.stdout), line.repeat(2), "{output:?}");
    }
    let output = run(&["refused", "0"]);
    let line = "ValueError: invalid signal number 0\n";
    assert_eq!(text(&output.stdout), line.repeat(2));
}

#[test]
fn run_07_a_signal_wakes_a_loop_that_sleeps() {
    let (child, mut lines) = start(&["sleeps"]);
    expect(&mut lines, "sleeps");
    send(&child, Signal::USR1);
    assert_eq!(finish(child, lines), ("woken\n".into(), Ok(0)));
}

#[test]
fn run_07_a_signal_is_seen_by_a_loop_that_is_never_idle() {
    let (child, mut lines) = start(&["never idle"]);
    expect(&mut lines, "busy");
    for (signal, number) in [(Signal::USR1, SIGUSR1), (Signal::USR2, SIGUSR2)].repeat(2) {
        send(&child, signal);
        expect(&mut lines, &format!("called for {number}"));
    }
    assert_eq!(finish(child, lines), (String::new(), Ok(0)));
}

#[test]
fn run_07_virtual_time_waits_for_a_signal() {
    let output = run(&["virtual time"]);
    assert_eq!(text(&output.stdout), "0\n", "{output:?}");
}

#[test]
fn run_07_a_loop_that_lost_a_signal_to_another_one_does_not_disturb_it() {
    let output = run(&["two loops"]);
    assert_eq!(text(&output.stdout), "the first one had 0\n");
    assert_eq!(output.status.signal(), Some(SIGUSR1), "{output:?}");
}

#[test]
fn run_08_a_storm_loses_nothing_that_was_delivered() {
    let output = run(&["storm from a thread", "10000"]);
    assert_eq!(text(&output.stdout), "10000 and 10000\n", "{output:?}");
}

#[test]
fn run_08_a_full_pipe_still_means_calls_for_every_signal() {
    let output = run(&["storm while it blocks", "100000"]);
    let printed = "some: true, 1 of the other\ngoes on: true\n";
    assert_eq!(text(&output.stdout), printed, "{output:?}");
}

#[test]
fn run_08_a_storm_from_outside_is_survived() {
    let (child, mut lines) = start(&["storm from outside"]);
    expect(&mut lines, "ready");
    for _ in 0..10_000 {
        send(&child, Signal::USR1);
    }
    send(&child, Signal::USR2);
    let (printed, status) = finish(child, lines);
    assert_eq!(status, Ok(0));
    // The kernel merges signals of one number that wait.
    let calls: u32 = printed.trim_end().parse().unwrap();
    assert!((1..=10_000).contains(&calls), "{calls}");
}

#[test]
fn run_05_a_shutdown_signal_lets_the_program_clean_up_and_ends_it() {
    for (signal, number, errors) in [
        (Signal::TERM, SIGTERM, ""),
        (Signal::INT, SIGINT, "KeyboardInterrupt\n"),
    ] {
        let (mut child, mut lines) = start(&["shuts down"]);
        expect(&mut lines, "waiting");
        send(&child, signal);
        let stderr = child.stderr.take().unwrap();
        let (printed, status) = finish(child, lines);
        assert_eq!(printed, "cleaning up\ncleaned up\n");
        assert_eq!(status, Err(number));
        assert_eq!(rest(stderr), errors);
    }
}

#[test]
fn run_05_a_shell_sees_which_signal_it_was() {
    for (name, status) in [("INT", 130), ("TERM", 143)] {
        let mut shell = Command::new("bash");
        shell.args(["-c", SIGNALLED_BY_A_SHELL, PROGRAM, name]);
        let output = shell.output().unwrap();
        let printed = format!("waiting\ncleaning up\ncleaned up\nstatus {status}\n");
        assert_eq!(text(&output.stdout), printed, "{output:?}");
    }
}

#[test]
fn run_05_a_second_shutdown_signal_ends_the_program_at_once() {
    for first in [Signal::TERM, Signal::INT] {
        for (second, number) in [(Signal::TERM, SIGTERM), (Signal::INT, SIGINT)] {
            let (child, mut lines) = start(&["hangs"]);
            expect(&mut lines, "waiting");
            send(&child, first);
            expect(&mut lines, "cleaning up");
            send(&child, second);
            assert_eq!(finish(child, lines), (String::new(), Err(number)));
        }
    }
}

#[test]
fn run_05_a_second_shutdown_signal_ends_a_program_that_blocks_its_loop() {
    let output = run(&["blocks"]);
    assert_eq!(text(&output.stdout), "still here\n");
    assert_eq!(output.status.signal(), Some(SIGTERM));
}

#[test]
fn run_05_a_shutdown_signal_that_is_swallowed_is_forgotten() {
    let (child, mut lines) = start(&["swallows"]);
    expect(&mut lines, "waiting");
    send(&child, Signal::TERM);
    let printed = "stays, and ends later\n".to_owned();
    assert_eq!(finish(child, lines), (printed, Ok(0)));
}

#[test]
fn run_05_no_other_signal_is_a_shutdown_signal() {
    let (child, mut lines) = start(&["without the option"]);
    expect(&mut lines, "waiting");
    send(&child, Signal::TERM);
    assert_eq!(finish(child, lines), (String::new(), Err(SIGTERM)));

    let output = run(&["runs twice"]);
    let printed = "cleaned up\nSignalInterrupt: SIGTERM\ncleaned up\nSignalInterrupt: SIGUSR1\n";
    assert_eq!(text(&output.stdout), printed);
    assert_eq!(output.status.signal(), Some(SIGINT));
    assert_eq!(run(&["no signal"]).status.signal(), Some(SIGINT));
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("RUST_BACKTRACE");
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

type Lines = BufReader<ChildStdout>;

fn start(arguments: &[&str]) -> (Child, Lines) {
    let mut child = program(arguments).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

/// Waits for the program to say `line`.
#[track_caller]
fn expect(lines: &mut Lines, line: &str) {
    let mut read = String::new();
    lines.read_line(&mut read).unwrap();
    assert_eq!(read.trim_end(), line);
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// What else the program says, and its exit status or the signal that killed it.
fn finish(mut child: Child, lines: Lines) -> (String, Result<i32, i32>) {
    let printed = rest(lines);
    let status: ExitStatus = child.wait().unwrap();
    let ending = status
        .code()
        .ok_or_else(|| status.signal().expect("it was one of the two"));
    (printed, ending)
}

fn rest(mut from: impl Read) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).unwrap();
    text
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_signals");

/// Starts the program, waits for its first line, and sends it the signal. With job control, as in a terminal: a shell
/// without has its jobs ignore SIGINT.
const SIGNALLED_BY_A_SHELL: &str = r#"
set -m
exec 3< <(exec "$0" "shuts down")
read -r line <&3; echo "$line"
kill -s "$1" $!
cat <&3
wait $!; echo "status $?"
"#;
