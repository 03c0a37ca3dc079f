//! Child processes with a time limit.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::workspace::Result;

/// What a child left behind.
#[derive(Debug, Default)]
pub(crate) struct Finished {
    /// `None` when the time limit passed before the child had ended and closed its output.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Finished {
    /// Why the child did not succeed.
    pub(crate) fn failure(&self, limit: Duration) -> Option<String> {
        match self.status {
            None => Some(format!("did not end within {} s", limit.as_secs())),
            Some(status) if !status.success() => Some(status.to_string()),
            Some(_) => None,
        }
    }
}

/// Runs a command without input and collects its output. At the limit it is killed with all its children.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Finished> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("start `{}`: {error}", display(command)))?;
    let group = Pid::from_child(&child);
    let (sender, events) = mpsc::channel();
    forward(child.stdout.take(), &sender, Event::Stdout);
    forward(child.stderr.take(), &sender, Event::Stderr);
    wait_for(child, sender);

    let mut finished = Finished::default();
    if !collect(&events, started + limit, &mut finished)? {
        // The group may be gone already, when the output is held open by a process outside of it.
        let _ = kill_process_group(group, Signal::KILL);
        collect(&events, Instant::now() + GRACE, &mut finished)?;
        finished.status = None;
    }
    Ok(finished)
}

/// A command as it would be typed.
pub(crate) fn display(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

enum Event {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Exit(std::io::Result<ExitStatus>),
}

fn forward<R: Read + Send + 'static>(
    pipe: Option<R>,
    sender: &Sender<Event>,
    event: fn(Vec<u8>) -> Event,
) {
    let sender = sender.clone();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is still shown.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(event(bytes));
    });
}

fn wait_for(mut child: Child, sender: Sender<Event>) {
    thread::spawn(move || sender.send(Event::Exit(child.wait())));
}

/// True when the child ended and both pipes were closed before `deadline`.
fn collect(events: &Receiver<Event>, deadline: Instant, finished: &mut Finished) -> Result<bool> {
    loop {
        match events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Stdout(bytes)) => finished.stdout = bytes,
            Ok(Event::Stderr(bytes)) => finished.stderr = bytes,
            Ok(Event::Exit(status)) => finished.status = Some(status?),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(true),
            Err(mpsc::RecvTimeoutError::Timeout) => return Ok(false),
        }
    }
}

/// How long a killed child may take to disappear: the kernel needs milliseconds.
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Finished {
        run(Command::new("sh").args(["-c", script]), limit).unwrap()
    }

    #[test]
    fn output_and_status_are_collected() {
        let finished = shell("echo out; echo err >&2; exit 3", GRACE);
        assert_eq!(finished.stdout, b"out\n");
        assert_eq!(finished.stderr, b"err\n");
        assert_eq!(finished.failure(GRACE).unwrap(), "exit status: 3");
    }

    #[test]
    fn a_child_past_its_limit_is_killed_with_its_children() {
        let finished = shell(
            "echo out; sleep 3600 & sleep 3600",
            Duration::from_millis(100),
        );
        assert_eq!(finished.stdout, b"out\n");
        assert!(
            finished
                .failure(Duration::from_secs(60))
                .unwrap()
                .contains("within 60 s")
        );
    }
}
