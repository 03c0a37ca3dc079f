//! [`Client`]: one connection, from its question to the end of its answer.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, Result};
use rustix::net::{SendFlags, send};

use super::snapshot::Snapshot;

/// A connected client. Nothing here blocks: a client that reads slowly is written to slowly.
pub(super) struct Client {
    stream: UnixStream,
    stage: RefCell<Stage>,
    /// When it last did something.
    moved: Cell<Instant>,
}

enum Stage {
    /// It has sent so much of its question.
    Asking(Vec<u8>),
    /// So much of the lines was sent, and more follow.
    Answering(Answer),
}

/// What to do when a descriptor is ready. One type for all of them, which are seldom called.
pub(super) type Ready = Box<dyn FnMut()>;

/// What came of a descriptor's being ready.
pub(super) enum Progress {
    /// There is more to be done when it is ready again.
    More,
    /// There is an answer to be written from now on.
    Answered,
    /// The connection is over.
    Over,
}

impl Client {
    pub(super) fn new(stream: UnixStream) -> Self {
        Client {
            stream,
            stage: RefCell::new(Stage::Asking(Vec::new())),
            moved: Cell::new(Instant::now()),
        }
    }

    /// How long it has done nothing.
    pub(super) fn idle(&self) -> Duration {
        self.moved.get().elapsed()
    }

    pub(super) fn watch_reader(&self, callback: Ready) -> Result<()> {
        let event_loop = EventLoop::current();
        event_loop.claim(&self.stream);
        event_loop.watch_reader(&self.stream, callback)
    }

    pub(super) fn watch_writer(&self, callback: Ready) -> Result<()> {
        let event_loop = EventLoop::current();
        event_loop.unwatch_reader(&self.stream);
        event_loop.watch_writer(&self.stream, callback)
    }

    pub(super) fn leave(&self, event_loop: &EventLoop) {
        event_loop.unwatch_reader(&self.stream);
        event_loop.unwatch_writer(&self.stream);
        event_loop.release(&self.stream);
    }

    /// Reads some of the question, or writes some of the answer, which `answer` gives.
    pub(super) fn advance(&self, answer: impl FnOnce() -> Snapshot) -> io::Result<Progress> {
        self.moved.set(Instant::now());
        match &mut *self.stage.borrow_mut() {
            Stage::Answering(answer) => return answer.write(&self.stream),
            Stage::Asking(question) => match self.read(question)? {
                Asked::NotYet => return Ok(Progress::More),
                Asked::Gone => return Ok(Progress::Over),
                Asked::Tasks | Asked::Nonsense => {}
            },
        }
        let answer = match self.asked() {
            Asked::Tasks => Answer::of(answer()),
            _ => Answer::refusal(),
        };
        self.stage.replace(Stage::Answering(answer));
        Ok(Progress::Answered)
    }

    fn read(&self, question: &mut Vec<u8>) -> io::Result<Asked> {
        let mut bytes = [0; LONGEST_QUESTION];
        let count = match (&self.stream).read(&mut bytes) {
            Ok(count) => count,
            Err(error) if is_temporary(&error) => return Ok(Asked::NotYet),
            Err(error) => return Err(error),
        };
        question.extend_from_slice(&bytes[..count]);
        Ok(match (count, question_in(question)) {
            (0, Asked::NotYet) => Asked::Gone,
            (_, asked) => asked,
        })
    }

    fn asked(&self) -> Asked {
        match &*self.stage.borrow() {
            Stage::Asking(question) => question_in(question),
            Stage::Answering(_) => Asked::NotYet,
        }
    }
}

/// An answer on its way.
struct Answer {
    lines: Vec<u8>,
    /// How many bytes of the lines were sent.
    sent: usize,
    /// What follows.
    more: Option<Snapshot>,
}

impl Answer {
    fn of(snapshot: Snapshot) -> Self {
        Answer {
            lines: snapshot.head(&EventLoop::current()),
            sent: 0,
            more: Some(snapshot),
        }
    }

    fn refusal() -> Self {
        Answer {
            lines: REFUSAL.into(),
            sent: 0,
            more: None,
        }
    }

    /// A piece at a time: others have their turn in between.
    fn write(&mut self, stream: &UnixStream) -> io::Result<Progress> {
        if self.sent == self.lines.len() {
            let more = self.more.as_mut();
            match more.and_then(|more| more.next_lines(&EventLoop::current())) {
                Some(lines) => (self.lines, self.sent) = (lines, 0),
                None => return Ok(Progress::Over),
            }
        }
        match send(stream, &self.lines[self.sent..], SendFlags::NOSIGNAL) {
            Ok(count) => self.sent += count,
            Err(error) if is_temporary(&error.into()) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Progress::More)
    }
}

/// What has been understood of a question.
enum Asked {
    /// There is more to come.
    NotYet,
    /// The client has left without a word.
    Gone,
    /// All tasks, in version 1.
    Tasks,
    /// Something else.
    Nonsense,
}

fn question_in(bytes: &[u8]) -> Asked {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if &bytes[..end] == QUESTION => Asked::Tasks,
        Some(_) => Asked::Nonsense,
        None if bytes.len() > LONGEST_QUESTION => Asked::Nonsense,
        None => Asked::NotYet,
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

const QUESTION: &[u8] = b"asyncio-inspect 1 tasks";
const REFUSAL: &[u8] =
    b"asyncio-inspect 1\nerror\ttext=the question was not: asyncio-inspect 1 tasks\n";
/// No question of any version needs more bytes.
const LONGEST_QUESTION: usize = 256;
