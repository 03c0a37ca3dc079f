//! [`Incoming`]: what a reader and those who feed it do with a connection's [`Link`]. The state of
//! `asyncio.streams.StreamReader`.

use std::fmt;
use std::future::Future;
use std::mem;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use asyncio_tasks::{Error, Result, Suspension, ValueError, ignoring};
use asyncio_transports::Transport;
use bytes::Bytes;

use super::link::{Link, Read};
use crate::buffer::{Buffer, SMALLEST_ALLOCATION, Search};
use crate::exceptions::{IncompleteReadError, LimitOverrunError};
use crate::spare_buffers;

/// A claim to what a connection receives. Without any, that is dropped.
pub(crate) struct Incoming(Rc<Link>);

impl Incoming {
    /// # Errors
    ///
    /// `ValueError` if the limit is zero.
    pub(crate) fn new(limit: usize) -> Result<Self, ValueError> {
        if limit == 0 {
            return Err(ValueError::with_message("Limit cannot be <= 0"));
        }
        Ok(Incoming::of(Link::new(limit)))
    }

    fn of(link: Rc<Link>) -> Self {
        link.claim();
        Incoming(link)
    }

    pub(super) fn link(&self) -> &Rc<Link> {
        &self.0
    }
}

impl Clone for Incoming {
    fn clone(&self) -> Self {
        Incoming::of(self.0.clone())
    }
}

impl Deref for Incoming {
    type Target = Link;

    fn deref(&self) -> &Link {
        &self.0
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.0.disclaim();
    }
}

/// What has arrived and was not read yet, whether more will come, and the read that waits for it.
impl Link {
    pub(crate) fn feed_data(&self, data: &[u8]) {
        if self.accepts(data) {
            self.arrived(self.with_room(|buffer| {
                buffer.append(data);
                buffer.len()
            }));
        }
    }

    pub(crate) fn feed_bytes(&self, data: Bytes) {
        if self.accepts(&data) {
            self.arrived(self.with_room(|buffer| {
                buffer.append_shared(data);
                buffer.len()
            }));
        }
    }

    fn accepts(&self, data: &[u8]) -> bool {
        assert!(
            !self.ended.get(),
            "AssertionError: feed_data after feed_eof"
        );
        !data.is_empty()
    }

    /// So much is there now.
    fn arrived(&self, len: usize) {
        if len > self.limit.saturating_mul(2) {
            // Before a foreign waker can take what is there and wait for more.
            self.pause();
        }
        self.wake(Read::Woken);
    }

    pub(crate) fn feed_eof(&self) {
        self.ended.set(true);
        self.wake(Read::Woken);
    }

    pub(crate) fn set_exception(&self, exception: Error) {
        let rare = self.make_rare();
        let replaced = rare.exception.replace(Some(exception.clone()));
        drop(replaced);
        if self.read.get() == Read::Suspended {
            rare.failure.set(Some(exception));
        }
        self.wake(Read::Failed);
    }

    pub(crate) fn exception(&self) -> Option<Error> {
        let exception = &self.rare()?.exception;
        let error = exception.take();
        exception.set(error.clone());
        error
    }

    /// The exception as the error that it is for every read (STR-08).
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        match self.rare() {
            None => Ok(()),
            Some(_) => self.exception().map_or(Ok(()), Err),
        }
    }

    /// Every read begins here: it supersedes a line that the stream has not finished.
    #[inline]
    pub(super) fn begin(&self) -> Result<()> {
        match self.rare() {
            None => Ok(()),
            Some(rare) => {
                drop(rare.line.take());
                self.check()
            }
        }
    }

    pub(crate) fn set_transport(&self, transport: Transport) {
        assert!(
            self.source().is_none(),
            "AssertionError: Transport already set"
        );
        self.source.set(Some(transport));
    }

    pub(crate) fn len(&self) -> usize {
        self.with_buffer(0, |buffer| buffer.len())
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended.get()
    }

    pub(crate) fn at_eof(&self) -> bool {
        self.ended() && self.len() == 0
    }

    /// Has room made for a read of `count` bytes, unless there is as much anyway.
    pub(crate) fn expect(&self, count: usize) {
        if count > SMALLEST_ALLOCATION {
            self.with_room(|buffer| buffer.expect(count));
        }
    }

    /// Removes up to `count` bytes, and lets the transport go on if that leaves few enough.
    pub(crate) fn take(&self, count: usize) -> Bytes {
        let (taken, left) = self.with_buffer((Bytes::new(), 0), |buffer| {
            let taken = buffer.take(count);
            (taken, buffer.len())
        });
        if left <= self.limit {
            self.resume();
        }
        taken
    }

    pub(crate) fn take_all(&self) -> Bytes {
        self.take(usize::MAX)
    }

    /// Removes the first line, if there is nothing to do but that.
    ///
    /// A line is made as the result of a poll at once: to move what was just made costs as much as to find it.
    #[inline]
    pub(super) fn line_at_hand(&self) -> Poll<Result<Bytes>> {
        if self.rare().is_some() || self.is_paused.get() {
            return Poll::Pending;
        }
        let Some(mut buffer) = self.buffer.take() else {
            return Poll::Pending;
        };
        let line = match buffer.line_in_front(self.limit) {
            Some(length) => Poll::Ready(Ok(buffer.take_from_front(length))),
            None => Poll::Pending,
        };
        self.put_back(buffer);
        line
    }

    /// Removes the first line, if all of it is there and within the limit.
    pub(super) fn take_line(&self) -> Option<Bytes> {
        let mut buffer = self.buffer.take()?;
        let line = buffer.take_line(self.limit);
        let left = buffer.len();
        self.put_back(buffer);
        if left <= self.limit {
            self.resume();
        }
        line
    }

    /// What is there up to and with the first separator. `None` if more must come.
    pub(crate) fn take_until(&self, search: &mut Search<'_>) -> Result<Option<Bytes>, Missing> {
        let found = self.with_buffer(None, |buffer| search.find(buffer.contiguous()));
        if let Some(found) = found {
            if found.start > self.limit {
                let text = "Separator is found, but chunk is longer than limit";
                return Err(Missing::Limit(LimitOverrunError::new(text, found.start)));
            }
            return Ok(Some(self.take(found.end)));
        }
        if search.scanned() > self.limit {
            let text = "Separator is not found, and chunk exceed the limit";
            let error = LimitOverrunError::new(text, search.scanned());
            return Err(Missing::Limit(error));
        }
        if self.ended() {
            let partial = self.take_all();
            return Err(Missing::End(IncompleteReadError::new(partial, None)));
        }
        Ok(None)
    }

    /// After a line over the limit: removes it, or everything if its end is not there (STR-04).
    pub(crate) fn discard_line(&self, consumed: usize) {
        let is_end = |buffer: &mut Buffer| buffer.contiguous().get(consumed) == Some(&b'\n');
        let discarded = match self.with_buffer(false, is_end) {
            true => self.take(consumed + 1),
            false => self.take_all(),
        };
        drop(discarded);
    }

    /// Calls `f` with the buffer, if there is one; else it is `otherwise`.
    #[inline]
    fn with_buffer<R>(&self, otherwise: R, f: impl FnOnce(&mut Buffer) -> R) -> R {
        let Some(mut buffer) = self.buffer.take() else {
            return otherwise;
        };
        let result = f(&mut buffer);
        self.put_back(buffer);
        result
    }

    /// Calls `f` with the buffer.
    #[inline]
    fn with_room<R>(&self, f: impl FnOnce(&mut Buffer) -> R) -> R {
        let mut buffer = self.buffer.take().unwrap_or_else(spare_buffers::take);
        let result = f(&mut buffer);
        self.put_back(buffer);
        result
    }

    #[inline]
    fn put_back(&self, buffer: Box<Buffer>) {
        // What `take` has left owns nothing; to say so spares its destructor.
        mem::forget(self.buffer.replace(Some(buffer)));
    }

    /// Nothing will be taken before more arrives: others may use the memory.
    fn rest(&self) {
        let Some(mut buffer) = self.buffer.take() else {
            return;
        };
        match buffer.is_spare() {
            true => spare_buffers::give(buffer),
            false => self.put_back(buffer),
        }
    }

    /// Before a wait for whatever comes next: data, the end, or an exception. A paused transport goes on, or nothing would
    /// come.
    ///
    /// # Errors
    ///
    /// The exception, if one is set. DIFFERENCE: a read that was woken by too little data before the exception was set
    /// waits for ever in CPython.
    pub(crate) fn begin_wait(&self) -> Result<()> {
        self.check()?;
        self.rest();
        self.resume();
        Ok(())
    }

    /// Ends the wait of the read that is suspended, if one is. It goes on in the loop's next iteration.
    fn wake(&self, read: Read) {
        if self.read.get() == Read::Suspended {
            self.read.set(read);
            if let Some(waker) = self.waker.take() {
                // A foreign waker's panic must not keep others from hearing of the end.
                ignoring("Exception ignored in a waker", || waker.wake());
            }
        }
    }

    fn pause(&self) {
        if let Some(transport) = self.source()
            && !self.is_paused.replace(true)
        {
            transport.pause_reading();
        }
    }

    #[inline]
    fn resume(&self) {
        if self.is_paused.get() {
            self.resume_source();
        }
    }

    #[cold]
    fn resume_source(&self) {
        self.is_paused.set(false);
        if let Some(transport) = self.source() {
            transport.resume_reading();
        }
    }

    fn source(&self) -> Option<Transport> {
        let source = self.source.take();
        self.source.set(source.clone());
        source
    }
}

/// `<StreamReader 3 bytes eof limit=5>`
impl fmt::Debug for Link {
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
        if let Some(transport) = self.source() {
            let paused = if self.is_paused.get() { " paused" } else { "" };
            write!(f, " transport={transport:?}{paused}")?;
        }
        f.write_str(">")
    }
}

/// One wait of a read, after [`begin_wait`](Link::begin_wait). It starts with the first poll; dropping it ends it and loses
/// nothing.
pub(crate) struct Wait<L: Deref<Target = Link>> {
    link: L,
    suspension: Suspension,
}

impl<L: Deref<Target = Link>> Wait<L> {
    pub(crate) fn new(link: L) -> Self {
        let suspension = Suspension::of(&"StreamReader.read");
        Wait { link, suspension }
    }
}

impl<L: Deref<Target = Link> + Unpin> Future for Wait<L> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.suspension.resume()?;
        let link = &*self.link;
        match link.read.replace(Read::Suspended) {
            Read::Idle | Read::Suspended => {}
            Read::Woken => return Poll::Ready(Ok(())),
            Read::Failed => {
                let failure = link.rare().and_then(|rare| rare.failure.take());
                return Poll::Ready(failure.map_or(Ok(()), Err));
            }
        }
        let waker = link
            .waker
            .take()
            .filter(|waker| waker.will_wake(cx.waker()));
        link.waker
            .set(Some(waker.unwrap_or_else(|| cx.waker().clone())));
        self.suspension.suspend();
        Poll::Pending
    }
}

impl<L: Deref<Target = Link>> Drop for Wait<L> {
    fn drop(&mut self) {
        self.link.read.set(Read::Idle);
        drop(self.link.waker.take());
    }
}

/// Why there is nothing up to a separator.
pub(crate) enum Missing {
    /// The end came first, and this is everything before it.
    End(IncompleteReadError),
    /// There is too much before it. The buffer is as it was.
    Limit(LimitOverrunError),
}

impl From<Missing> for Error {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::End(error) => error.into(),
            Missing::Limit(error) => error.into(),
        }
    }
}

/// Of a line, in bytes: 64 KiB.
pub(crate) const DEFAULT_LIMIT: usize = 1 << 16;
