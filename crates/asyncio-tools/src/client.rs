//! Asks a program for its tasks.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use crate::Failure;
use crate::arguments::Arguments;
use crate::snapshot::{self, Snapshot, Unusable};

/// All tasks of the program at one moment.
pub(crate) fn ask(arguments: &Arguments) -> Result<Snapshot, Failure> {
    let mut retries = arguments.retries;
    loop {
        let asked = attempt(&arguments.path, arguments.timeout);
        let busy = matches!(&asked, Err(Trouble::Unusable(Unusable::Incomplete)));
        if !busy || retries == 0 {
            return asked.map_err(|trouble| Failure::Program(explain(arguments, &trouble)));
        }
        retries -= 1;
        sleep(BETWEEN_RETRIES);
    }
}

enum Trouble {
    /// It is there, but not a socket.
    NoSocket,
    /// The system says so.
    System(io::Error),
    /// The answer is none.
    Unusable(Unusable),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::System(error)
    }
}

fn attempt(path: &Path, timeout: Duration) -> Result<Snapshot, Trouble> {
    if !fs::metadata(path)?.file_type().is_socket() {
        return Err(Trouble::NoSocket);
    }
    let mut stream = connect_within(path, timeout)?;
    let answer = match exchange(&mut stream, timeout) {
        // It has hung up, perhaps in the middle of the answer.
        Err(error) if is_hang_up(&error) => Vec::new(),
        answer => answer?,
    };
    snapshot::parse(&String::from_utf8_lossy(&answer)).map_err(Trouble::Unusable)
}

/// Even connecting waits while too many others do.
fn connect_within(path: &Path, timeout: Duration) -> io::Result<UnixStream> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    set_socket_timeout(&socket, Timeout::Send, Some(timeout))?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket.into())
}

/// The question and the answer. The time is up when nothing has come for so long.
fn exchange(stream: &mut UnixStream, timeout: Duration) -> io::Result<Vec<u8>> {
    stream.write_all(b"asyncio-inspect 1 tasks\n")?;
    let mut answer = Vec::new();
    let mut piece = vec![0; 1 << 16];
    let mut last = Instant::now();
    loop {
        let left = timeout.saturating_sub(last.elapsed());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) => return Ok(answer),
            Ok(count) => {
                answer.extend_from_slice(&piece[..count]);
                last = Instant::now();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        let beginning = answer.len().min(BEGINNING.len());
        if answer[..beginning] != BEGINNING[..beginning] {
            return Ok(answer);
        }
    }
}

fn is_hang_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn explain(arguments: &Arguments, trouble: &Trouble) -> String {
    let seconds = arguments.timeout.as_secs_f64();
    let why = match trouble {
        Trouble::NoSocket => "it is not a socket".to_owned(),
        Trouble::System(error) => match error.kind() {
            io::ErrorKind::NotFound => {
                "there is no such socket; does the program run, and may it be inspected?".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "permission denied; only the program's own user may inspect it".to_owned()
            }
            io::ErrorKind::ConnectionRefused => {
                "nobody listens there; the program has ended".to_owned()
            }
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => format!(
                "no answer in {seconds} seconds; something blocks the program's loop, or it does not run"
            ),
            _ => error.to_string(),
        },
        Trouble::Unusable(Unusable::Foreign) => "who answers there is no asyncio loop".to_owned(),
        Trouble::Unusable(Unusable::Version(version)) => {
            format!("the program speaks version {:?} of the protocol, this command version 1", version)
        }
        Trouble::Unusable(Unusable::Incomplete) => {
            "it hung up before the end of its answer; it has ended, is busy with other clients, or belongs to another user"
                .to_owned()
        }
        Trouble::Unusable(Unusable::Refused(reason)) => format!("the program refused: {reason:?}"),
    };
    format!("cannot inspect {:?}: {why}", arguments.path)
}

/// How every answer begins.
const BEGINNING: &[u8] = b"asyncio-inspect ";
/// A program that is busy with others is so for some milliseconds.
const BETWEEN_RETRIES: Duration = Duration::from_millis(200);
