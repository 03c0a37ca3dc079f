//! [`StreamReader`]: what a connection receives, read in pieces. Mirrors the class of `asyncio.streams`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use asyncio_tasks::{Error, Result, ValueError};
use asyncio_transports::Transport;
use bytes::Bytes;
use futures_core::Stream;

use super::incoming::{DEFAULT_LIMIT, Incoming, Wait};
use super::line::Line;
use super::link::Link;
use super::separators::Separators;
use crate::buffer::Search;
use crate::exceptions::IncompleteReadError;

/// Reads what a connection receives: `asyncio.StreamReader`.
///
/// What is read comes as [`Bytes`], without a copy: pieces that arrived together share memory. Who keeps small pieces
/// for long ought to copy them.
///
/// The reader's limit, 64 KiB unless given otherwise, is the longest that [`readuntil`](StreamReader::readuntil) and
/// [`readline`](StreamReader::readline) return, without the separator. When more than twice the limit is waiting to be
/// read, the transport is paused until no more than the limit is left.
///
/// One read at a time can wait for data. Python finds that out when it happens (`RuntimeError: read() called while
/// another coroutine is already waiting for incoming data`), here the compiler does, because reads borrow the reader
/// mutably:
///
/// ```compile_fail,E0499
/// let mut reader = asyncio_streams::StreamReader::default();
/// let (one, other) = (reader.read(1), reader.read(1));
/// # drop((one, other));
/// ```
///
/// # Cancel safety
///
/// A read that is cancelled or dropped while it waits has taken nothing: the next read sees everything that arrived.
/// This holds for every method and for the stream of lines.
///
/// # Errors
///
/// Once the connection is lost to an error, every read returns that error, even if data is waiting to be read.
///
/// ```
/// use asyncio_streams::StreamReader;
///
/// asyncio_tasks::run(async {
///     let mut reader = StreamReader::default();
///     reader.feed_data(b"GET / HTTP/1.0\r\n\r\nbody");
///     reader.feed_eof();
///     assert_eq!(reader.readuntil(b" ").await?, "GET ");
///     assert_eq!(reader.readline().await?, "/ HTTP/1.0\r\n");
///     assert_eq!(reader.readexactly(2).await?, "\r\n");
///     assert_eq!(reader.read(2).await?, "bo");
///     assert_eq!(reader.read_to_end().await?, "dy");
///     assert!(reader.at_eof());
///     Ok(())
/// }).unwrap();
/// ```
pub struct StreamReader {
    /// Alone, because a coroutine has room for its arguments twice.
    incoming: Incoming,
}

impl StreamReader {
    /// A reader that is fed by hand or by a [protocol](crate::StreamReaderProtocol), with a limit in bytes:
    /// `StreamReader(limit=...)`.
    ///
    /// # Errors
    ///
    /// `ValueError` if the limit is zero.
    pub fn new(limit: usize) -> Result<Self, ValueError> {
        Incoming::new(limit).map(StreamReader::from_incoming)
    }

    pub(crate) fn from_incoming(incoming: Incoming) -> Self {
        StreamReader { incoming }
    }

    pub(crate) fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    /// Reads up to `n` bytes, as soon as there are any: `read(n)`. Empty at the end, and if `n` is 0.
    ///
    /// Python's `read(-1)` is [`read_to_end`](StreamReader::read_to_end).
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// The error of the connection; `CancelledError`.
    pub async fn read(&mut self, n: usize) -> Result<Bytes> {
        self.incoming.begin()?;
        if n > 0 && self.incoming.len() == 0 && !self.incoming.ended() {
            self.incoming.begin_wait()?;
            self.wait().await?;
        }
        Ok(self.incoming.take(n))
    }

    /// Reads everything up to the end: `read()`, or `read(-1)`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost. (In Python what was read so far is.)
    ///
    /// # Errors
    ///
    /// As [`read`](StreamReader::read).
    pub async fn read_to_end(&mut self) -> Result<Bytes> {
        self.incoming.begin()?;
        // DIFFERENCE: everything stays in the buffer until the end, so that a cancel loses nothing. CPython takes it
        // out piece by piece.
        while !self.incoming.ended() {
            self.incoming.begin_wait()?;
            self.wait().await?;
        }
        Ok(self.incoming.take_all())
    }

    /// Reads exactly `n` bytes, which may be more than the limit: `readexactly(n)`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// [`IncompleteReadError`] with what there was, if the end comes first; else as [`read`](StreamReader::read).
    pub async fn readexactly(&mut self, n: usize) -> Result<Bytes> {
        self.incoming.begin()?;
        while self.incoming.len() < n {
            if self.incoming.ended() {
                let partial = self.incoming.take_all();
                return Err(IncompleteReadError::new(partial, Some(n)).into());
            }
            self.incoming.expect(n);
            self.incoming.begin_wait()?;
            self.wait().await?;
        }
        Ok(self.incoming.take(n))
    }

    /// Reads up to and including the separator, or the first of several: `readuntil(separator)`.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// [`IncompleteReadError`] with what there was, if the end comes first;
    /// [`LimitOverrunError`](crate::LimitOverrunError) if there is more than the limit before the separator, which
    /// leaves everything in the buffer; `ValueError` without a separator, or if one is empty; else as
    /// [`read`](StreamReader::read).
    pub async fn readuntil(&mut self, separator: impl Separators) -> Result<Bytes> {
        let slices = separator.slices();
        let mut search = Search::new(slices.as_ref())?;
        self.incoming.begin()?;
        loop {
            if let Some(taken) = self.incoming.take_until(&mut search)? {
                return Ok(taken);
            }
            self.incoming.begin_wait()?;
            self.wait().await?;
        }
    }

    /// Reads a line with its `\n`: `readline()`. At the end what is left, and then nothing.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// `ValueError` if the line is longer than the limit, which discards the line as far as it has arrived; else as
    /// [`read`](StreamReader::read).
    #[inline]
    pub fn readline(&mut self) -> impl Future<Output = Result<Bytes>> {
        Line::new(&**self.incoming())
    }

    /// The next line, `None` at the end: `async for line in reader`. The reader is a [`Stream`] of lines as well.
    ///
    /// # Cancel safety
    ///
    /// Cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`readline`](StreamReader::readline).
    ///
    /// ```
    /// # asyncio_tasks::run(async {
    /// # let mut reader = asyncio_streams::StreamReader::default();
    /// # reader.feed_data(b"one\ntwo");
    /// # reader.feed_eof();
    /// while let Some(line) = reader.next().await {
    ///     println!("{:?}", line?);
    /// }
    /// # Ok(()) }).unwrap();
    /// ```
    pub async fn next(&mut self) -> Option<Result<Bytes>> {
        some_line(self.readline().await)
    }

    /// Whether the end has come and everything was read: `at_eof()`.
    pub fn at_eof(&self) -> bool {
        self.incoming.at_eof()
    }

    /// The error that every read returns, if there is one: `exception()`.
    pub fn exception(&self) -> Option<Error> {
        self.incoming.exception()
    }

    /// Makes `exception` the error of every read, from the one that waits on: `set_exception(exc)`.
    pub fn set_exception(&self, exception: impl Into<Error>) {
        self.incoming.set_exception(exception.into());
    }

    /// Adds `data` to what can be read: `feed_data(data)`.
    ///
    /// # Panics
    ///
    /// After [`feed_eof`](StreamReader::feed_eof).
    pub fn feed_data(&self, data: &[u8]) {
        self.incoming.feed_data(data);
    }

    /// Says that no more data will follow: `feed_eof()`.
    pub fn feed_eof(&self) {
        self.incoming.feed_eof();
    }

    /// Makes `transport` the one that is paused while too much is waiting to be read: `set_transport(transport)`.
    ///
    /// # Panics
    ///
    /// If there is one already.
    pub fn set_transport(&self, transport: &Transport) {
        self.incoming.set_transport(transport.clone());
    }

    /// A handle that feeds this reader, also while a read waits.
    pub fn feeder(&self) -> StreamFeeder {
        StreamFeeder {
            incoming: self.incoming.clone(),
        }
    }

    fn wait(&self) -> Wait<&Link> {
        Wait::new(&self.incoming)
    }
}

impl Drop for StreamReader {
    /// A pending line has a claim of its own.
    fn drop(&mut self) {
        if let Some(rare) = self.incoming.rare() {
            drop(rare.line.take());
        }
    }
}

impl Default for StreamReader {
    /// With a limit of 64 KiB: `StreamReader()`.
    fn default() -> Self {
        StreamReader::new(DEFAULT_LIMIT).expect("the limit is not zero")
    }
}

/// The lines, as [`next`](StreamReader::next) returns them.
impl Stream for StreamReader {
    type Item = Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let pending = self.incoming.rare().and_then(|rare| rare.line.take());
        let mut line = match pending {
            Some(line) => *line,
            None => Line::new(self.incoming.clone()),
        };
        let polled = Pin::new(&mut line).poll(cx).map(some_line);
        if polled.is_pending() {
            self.incoming.make_rare().line.set(Some(Box::new(line)));
        }
        polled
    }
}

/// `<StreamReader 3 bytes eof limit=5>`
impl fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self.incoming()).fmt(f)
    }
}

/// Feeds a [`StreamReader`], also while a read of it waits. A cheap clone.
///
/// ```
/// use asyncio_streams::StreamReader;
///
/// asyncio_tasks::run(async {
///     let mut reader = StreamReader::default();
///     let feeder = reader.feeder();
///     asyncio_tasks::get_running_loop()?.call_soon(move || feeder.feed_data(b"later\n"));
///     assert_eq!(reader.readline().await?, "later\n");
///     Ok(())
/// }).unwrap();
/// ```
#[derive(Clone)]
pub struct StreamFeeder {
    incoming: Incoming,
}

impl StreamFeeder {
    /// See [`StreamReader::feed_data`].
    ///
    /// # Panics
    ///
    /// After [`feed_eof`](StreamFeeder::feed_eof).
    pub fn feed_data(&self, data: &[u8]) {
        self.incoming.feed_data(data);
    }

    /// See [`StreamReader::feed_eof`].
    pub fn feed_eof(&self) {
        self.incoming.feed_eof();
    }

    /// See [`StreamReader::set_exception`].
    pub fn set_exception(&self, exception: impl Into<Error>) {
        self.incoming.set_exception(exception.into());
    }
}

impl fmt::Debug for StreamFeeder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<StreamFeeder of {:?}>", *self.incoming)
    }
}

fn some_line(line: Result<Bytes>) -> Option<Result<Bytes>> {
    match line {
        Ok(line) if line.is_empty() => None,
        line => Some(line),
    }
}
