//! A child process that is asked line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Result;
use crate::disturbance::Involved;
use crate::watchdog;

/// A child process that answers, and ends when this is dropped.
pub(crate) struct Dialogue {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _involved: Involved,
}

impl Dialogue {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("start {command:?}: {error}"))?;
        watchdog::asks(child.id());
        Ok(Dialogue {
            input: child.stdin.take().expect("it is piped"),
            output: BufReader::new(child.stdout.take().expect("it is piped")),
            _involved: Involved::process(child.id()),
            child,
        })
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Says one line and returns the next one that the process prints.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String> {
        watchdog::asks(self.child.id());
        self.input.write_all(format!("{question}\n").as_bytes())?;
        self.hear()
    }

    /// The next line that the process prints.
    pub(crate) fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("the process ended".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.child.kill();
        watchdog::forget(self.child.id());
        let _ = self.child.wait();
    }
}
