//! [`Incoming`]: what a reader shares with those who feed it. The state of `asyncio.streams.StreamReader`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use asyncio_tasks::{Error, Result, Suspension, ValueError};
use asyncio_transports::Transport;
use bytes::Bytes;

use crate::buffer::{Buffer, Search};
use crate::exceptions::{IncompleteReadError, LimitOverrunError};

/// What has arrived and was not read yet, whether more will come, and the read that waits for it.
pub(crate) struct Incoming {
    buffer: RefCell<Buffer>,
    /// The longest line in bytes; the transport is paused above twice as much.
    limit: usize,
    /// Nothing will follow what is in the buffer.
    ended: Cell<bool>,
    exception: RefCell<Option<Error>>,
    waiter: Cell<Waiter>,
    source: RefCell<Source>,
}

/// The read that waits for data.
///
/// DIFFERENCE: a second one is not a RuntimeError, it does not compile: reads borrow their reader mutably (STR-07).
#[derive(Default)]
enum Waiter {
    /// No read is suspended.
    #[default]
    Nobody,
    /// A read is suspended.
    Suspended(Waker),
    /// A read was woken, with this outcome of its wait, and has not been polled yet.
    Woken(Result<()>),
}

/// Where the data comes from.
#[derive(Clone, Default)]
enum Source {
    /// From somebody who cannot be paused.
    #[default]
    Unknown,
    /// From a transport that is reading, as far as we know.
    Reading(Transport),
    /// From a transport that we have paused.
    Paused(Transport),
}

impl Incoming {
    /// # Errors
    ///
    /// `ValueError` if the limit is zero.
    pub(crate) fn new(limit: usize) -> Result<Rc<Self>, ValueError> {
        if limit == 0 {
            return Err(ValueError::with_message("Limit cannot be <= 0"));
        }
        Ok(Rc::new(Incoming {
            buffer: RefCell::default(),
            limit,
            ended: Cell::new(false),
            exception: RefCell::default(),
            waiter: Cell::default(),
            source: RefCell::default(),
        }))
    }

    pub(crate) fn feed_data(&self, data: &[u8]) {
        self.feed(data.is_empty(), |buffer| buffer.append(data));
    }

    pub(crate) fn feed_bytes(&self, data: Bytes) {
        self.feed(data.is_empty(), |buffer| buffer.append_shared(data));
    }

    fn feed(&self, is_nothing: bool, append: impl FnOnce(&mut Buffer)) {
        assert!(
            !self.ended.get(),
            "AssertionError: feed_data after feed_eof"
        );
        if is_nothing {
            return;
        }
        append(&mut self.buffer.borrow_mut());
        self.wake(Ok(()));
        if self.len() > self.limit.saturating_mul(2) {
            self.pause();
        }
    }

    pub(crate) fn feed_eof(&self) {
        self.ended.set(true);
        self.wake(Ok(()));
    }

    pub(crate) fn set_exception(&self, exception: Error) {
        let replaced = self.exception.replace(Some(exception.clone()));
        drop(replaced);
        self.wake(Err(exception));
    }

    pub(crate) fn exception(&self) -> Option<Error> {
        self.exception.borrow().clone()
    }

    /// The exception as the error that it is for every read (STR-08).
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        match &*self.exception.borrow() {
            None => Ok(()),
            Some(exception) => Err(exception.clone()),
        }
    }

    pub(crate) fn set_transport(&self, transport: Transport) {
        assert!(
            matches!(&*self.source.borrow(), Source::Unknown),
            "AssertionError: Transport already set"
        );
        self.source.replace(Source::Reading(transport));
    }

    pub(crate) fn len(&self) -> usize {
        self.buffer.borrow().len()
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended.get()
    }

    pub(crate) fn at_eof(&self) -> bool {
        self.ended() && self.len() == 0
    }

    /// Makes room for a read of `count` bytes.
    pub(crate) fn expect(&self, count: usize) {
        self.buffer.borrow_mut().expect(count);
    }

    /// Removes up to `count` bytes, and lets the transport go on if that leaves few enough.
    pub(crate) fn take(&self, count: usize) -> Bytes {
        let taken = self.buffer.borrow_mut().take(count);
        if self.len() <= self.limit {
            self.resume();
        }
        taken
    }

    pub(crate) fn take_all(&self) -> Bytes {
        self.take(usize::MAX)
    }

    /// Removes the first line, if all of it is there and within the limit.
    pub(crate) fn take_line(&self) -> Option<Bytes> {
        let mut buffer = self.buffer.borrow_mut();
        let length = buffer
            .line_length()
            .filter(|&length| length <= self.limit)?;
        let line = buffer.take(length + 1);
        let has_room = buffer.len() <= self.limit;
        drop(buffer);
        if has_room {
            self.resume();
        }
        Some(line)
    }

    /// After a line over the limit: removes it, or everything if its end is not there (STR-04).
    pub(crate) fn discard_line(&self, consumed: usize) {
        let is_end_there = self.buffer.borrow().get(consumed) == Some(&b'\n');
        let discarded = self.take(if is_end_there {
            consumed + 1
        } else {
            usize::MAX
        });
        drop(discarded);
    }

    /// The wait for whatever comes next: data, the end, or an exception. A paused transport goes on, or nothing would
    /// come.
    ///
    /// # Errors
    ///
    /// The exception, if one is set. DIFFERENCE: a read that was woken by too little data before the exception was set
    /// waits for ever in CPython.
    pub(crate) fn wait(self: &Rc<Self>) -> Result<Wait> {
        self.check()?;
        self.buffer.borrow_mut().rest();
        self.resume();
        Ok(Wait {
            incoming: self.clone(),
            suspension: Suspension::of(&"StreamReader.read"),
        })
    }

    /// Ends the wait of the read that is suspended, if one is. It goes on in the loop's next iteration.
    fn wake(&self, outcome: Result<()>) {
        match self.waiter.take() {
            Waiter::Suspended(waker) => {
                self.waiter.set(Waiter::Woken(outcome));
                waker.wake();
            }
            other => self.waiter.set(other),
        }
    }

    fn pause(&self) {
        let mut source = self.source.borrow_mut();
        if let Source::Reading(transport) = &*source {
            let transport = transport.clone();
            *source = Source::Paused(transport.clone());
            drop(source);
            transport.pause_reading();
        }
    }

    fn resume(&self) {
        let mut source = self.source.borrow_mut();
        if let Source::Paused(transport) = &*source {
            let transport = transport.clone();
            *source = Source::Reading(transport.clone());
            drop(source);
            transport.resume_reading();
        }
    }
}

/// `<StreamReader 3 bytes eof limit=5>`
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<StreamReader")?;
        if self.len() > 0 {
            write!(f, " {} bytes", self.len())?;
        }
        if self.ended() {
            f.write_str(" eof")?;
        }
        if self.limit != DEFAULT_LIMIT {
            write!(f, " limit={}", self.limit)?;
        }
        if let Some(exception) = self.exception() {
            write!(f, " exception={}: {exception}", exception.type_name())?;
        }
        match self.source.borrow().clone() {
            Source::Unknown => {}
            Source::Reading(transport) => write!(f, " transport={transport:?}")?,
            Source::Paused(transport) => write!(f, " transport={transport:?} paused")?,
        }
        f.write_str(">")
    }
}

/// One wait of a read. It starts with the first poll; dropping it ends it and loses nothing.
pub(crate) struct Wait {
    incoming: Rc<Incoming>,
    suspension: Suspension,
}

impl Future for Wait {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.suspension.resume()?;
        let waker = match self.incoming.waiter.take() {
            Waiter::Woken(outcome) => return Poll::Ready(outcome),
            Waiter::Suspended(waker) if waker.will_wake(cx.waker()) => waker,
            _ => cx.waker().clone(),
        };
        self.incoming.waiter.set(Waiter::Suspended(waker));
        self.suspension.suspend();
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        drop(self.incoming.waiter.take());
    }
}

/// A read up to a separator, as a state machine: `readuntil` awaits it, and a stream of lines keeps it between polls.
pub(crate) struct ReadUntil<'a> {
    search: Search<'a>,
    wait: Option<Wait>,
}

/// Why there is nothing up to a separator.
pub(crate) enum Missing {
    /// The end came first, and this is everything before it.
    End(IncompleteReadError),
    /// There is too much before it. The buffer is as it was.
    Limit(LimitOverrunError),
    /// The wait failed, or cannot begin.
    Failed(Error),
}

impl<'a> ReadUntil<'a> {
    pub(crate) fn new(search: Search<'a>) -> Self {
        ReadUntil { search, wait: None }
    }

    pub(crate) fn poll(
        &mut self,
        incoming: &Rc<Incoming>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, Missing>> {
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(Pin::new(wait).poll(cx)).map_err(Missing::Failed)?;
                self.wait = None;
            }
            if let Some(taken) = self.take(incoming)? {
                return Poll::Ready(Ok(taken));
            }
            self.wait = Some(incoming.wait().map_err(Missing::Failed)?);
        }
    }

    /// What is there up to the separator. `None` if more must come.
    fn take(&mut self, incoming: &Incoming) -> Result<Option<Bytes>, Missing> {
        let limit = incoming.limit;
        let found = self.search.find(&incoming.buffer.borrow());
        if let Some(found) = found {
            if found.start > limit {
                let text = "Separator is found, but chunk is longer than limit";
                return Err(Missing::Limit(LimitOverrunError::new(text, found.start)));
            }
            return Ok(Some(incoming.take(found.end)));
        }
        if self.search.scanned() > limit {
            let text = "Separator is not found, and chunk exceed the limit";
            let error = LimitOverrunError::new(text, self.search.scanned());
            return Err(Missing::Limit(error));
        }
        if incoming.ended() {
            let partial = incoming.take_all();
            return Err(Missing::End(IncompleteReadError::new(partial, None)));
        }
        Ok(None)
    }
}

impl From<Missing> for Error {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::End(error) => error.into(),
            Missing::Limit(error) => error.into(),
            Missing::Failed(error) => error,
        }
    }
}

/// Of a line, in bytes: 64 KiB.
pub(crate) const DEFAULT_LIMIT: usize = 1 << 16;
