//! The worker's side: a process that calls functions for the one that has started it, until that goes away.

use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::process::exit;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use asyncio_executor::Result;

use super::jobs::{Entry, encode};

/// The name of a worker, the first of its arguments: a mark that the processes which it may start do not inherit.
pub(super) fn name_of_worker() -> OsString {
    let mut name = env::args_os().next().unwrap_or_default();
    name.push(MARK);
    name
}

pub(super) fn is_worker() -> bool {
    let name = env::args_os().next();
    name.is_some_and(|name| name.as_bytes().ends_with(MARK.as_bytes()))
}

const MARK: &str = " (asyncio worker)";

/// Serves until the other end is closed: then nobody wants the result, and the process ends whatever it is doing.
pub(super) fn serve(jobs: &'static [Entry]) -> ! {
    let failed = match try_serve(jobs) {
        Ok(never) => match never {},
        Err(error) => error,
    };
    // The end of the other process is an orderly end of this one.
    if let io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset = failed.kind() {
        exit(0);
    }
    eprintln!("a worker of a process pool: {failed}");
    exit(1)
}

fn try_serve(jobs: &'static [Entry]) -> io::Result<Infallible> {
    let mut connection = take_connection()?;
    let answers = connection.try_clone()?;
    let (sender, requests) = mpsc::channel();
    thread::Builder::new()
        .name("asyncio-worker".to_owned())
        .stack_size(STACK)
        .spawn(move || answer(jobs, &requests, answers))?;
    loop {
        let mut request = read_frame(&mut connection)?;
        let number = request.split_off(request.len().saturating_sub(8));
        let number = number.as_slice().try_into().map(u64::from_le_bytes);
        let number = number.map_err(|_| io::Error::other("a request without a number"))?;
        if sender.send((number as usize, request)).is_err() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The connection is where the standard input would be. Jobs find that empty.
fn take_connection() -> io::Result<UnixStream> {
    let connection = io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(connection.into())
}

/// Does one job after the other.
fn answer(jobs: &[Entry], requests: &Receiver<(usize, Vec<u8>)>, mut answers: UnixStream) {
    let mut written = write_frame(&mut answers, &[]);
    while written.is_ok() {
        let Ok((number, arguments)) = requests.recv() else {
            return;
        };
        let outcome = jobs[number].run(&arguments);
        drop(arguments);
        written = write_frame(&mut answers, &packed(outcome));
    }
    // Nobody is there to read: the other thread sees that, too.
}

/// An answer: the outcome, then a byte that says which it is.
fn packed(outcome: Result<Vec<u8>>) -> Vec<u8> {
    let (mut answer, kind) = match outcome {
        Ok(results) => (results, RETURNED),
        // Texts and numbers can be encoded.
        Err(error) => (encode(&error).unwrap_or_default(), RAISED),
    };
    answer.push(kind);
    answer
}

pub(super) const RETURNED: u8 = 0;
pub(super) const RAISED: u8 = 1;

/// A frame is its length, in eight bytes, and its content.
pub(super) fn write_frame(to: &mut UnixStream, content: &[u8]) -> io::Result<()> {
    let length = content.len() as u64;
    let mut frame = Vec::with_capacity(8 + content.len());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(content);
    to.write_all(&frame)
}

pub(super) fn read_frame(from: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut content = Vec::new();
    let read = Read::take(from, length).read_to_end(&mut content)?;
    match read as u64 == length {
        true => Ok(content),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// As much as the main thread has, where the functions would run without a pool.
const STACK: usize = 8 << 20;
