//! The pool's side: a worker process, its connection, and its end.

use std::env;
use std::ffi::OsString;
use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use asyncio_executor::{Error, Result, RuntimeError};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::jobs::decode;
use super::worker::{RETURNED, name_of_worker, read_frame, write_frame};

/// A worker process with nobody else who talks to it.
pub(super) struct Child {
    started: std::process::Child,
    process: Arc<Process>,
    connection: UnixStream,
}

/// Why a call has no outcome.
pub(super) enum CallError {
    /// The job has failed.
    Raised(Error),
    /// The worker is gone, as this tells.
    Died(Error),
}

impl Child {
    /// Starts this program once more, and waits until it serves.
    ///
    /// # Errors
    ///
    /// What the system says if it starts no process.
    pub(super) fn start(arguments: Option<&[OsString]>) -> io::Result<Self> {
        let (connection, stdin) = UnixStream::pair()?;
        let mut command = Command::new(this_program()?);
        command.arg0(name_of_worker());
        match arguments {
            Some(arguments) => command.args(arguments),
            None => command.args(env::args_os().skip(1)),
        };
        let started = command.stdin(Stdio::from(OwnedFd::from(stdin))).spawn()?;
        let pid = Pid::from_raw(started.id().cast_signed());
        Ok(Child {
            started,
            process: Arc::new(Process(Mutex::new(pid))),
            connection,
        })
    }

    /// Waits until the worker serves.
    pub(super) fn greet(&mut self) -> Result<()> {
        let text = "before it came to `process_jobs!`, with which `main` must begin";
        read_frame(&mut self.connection)
            .map(drop)
            .map_err(|_| self.died(text))
    }

    /// Has the worker call the function of that number, and waits for the outcome.
    pub(super) fn call(&mut self, request: &[u8]) -> Result<Vec<u8>, CallError> {
        let text = "while it had a job";
        let mut answer = write_frame(&mut self.connection, request)
            .and_then(|()| read_frame(&mut self.connection))
            .map_err(|_| CallError::Died(self.died(text)))?;
        match answer.pop() {
            Some(RETURNED) => Ok(answer),
            _ => Err(CallError::Raised(match decode(&answer) {
                Ok(raised) | Err(raised) => raised,
            })),
        }
    }

    pub(super) fn process(&self) -> &Arc<Process> {
        &self.process
    }

    /// What has become of the worker.
    fn died(&mut self, when: &str) -> Error {
        let pid = self.started.id();
        let ended = self.process.signal(Signal::KILL).and_then(|()| self.wait());
        let text = match ended {
            Ok(status) => format!("worker process {pid} ended {when}: {status}"),
            Err(error) => format!("worker process {pid} ended {when}: {error}"),
        };
        RuntimeError::with_message(text).into()
    }

    /// Waits for the end of the worker, which others may still send signals to.
    fn wait(&mut self) -> io::Result<ExitStatus> {
        let pid = *self.process.lock();
        if let Some(pid) = pid {
            let until_ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            retry_on_intr(|| waitid(WaitId::Pid(pid), until_ended))?;
        }
        let mut pid = self.process.lock();
        *pid = None;
        self.started.wait()
    }
}

impl Drop for Child {
    /// The worker ends when its connection does.
    fn drop(&mut self) {
        // Fails if the worker has ended already.
        let _ = self.connection.shutdown(Shutdown::Both);
        let _ = self.wait();
    }
}

/// A process that can be sent signals until it is waited for: then its number may be that of another.
pub(super) struct Process(Mutex<Option<Pid>>);

impl Process {
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        match *self.lock() {
            Some(pid) => Ok(kill_process(pid, signal)?),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The very same program, even if its file was replaced meanwhile, where the system can tell.
fn this_program() -> io::Result<PathBuf> {
    let itself = Path::new("/proc/self/exe");
    match itself.exists() {
        true => Ok(itself.to_owned()),
        false => env::current_exe(),
    }
}
