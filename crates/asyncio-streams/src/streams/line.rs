//! [`Line`]: the read of a line. Mirrors `StreamReader.readline` of `asyncio.streams`.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use asyncio_tasks::{Result, ValueError};
use bytes::Bytes;

use super::incoming::{Missing, Wait};
use super::link::Link;
use crate::buffer::Search;

/// Reads a line. A type of its own, as what a coroutine costs is much beside what a line costs that is there.
pub(super) struct Line<L: Deref<Target = Link>> {
    link: L,
    /// Of what is there, so many bytes are known to have no end of a line.
    scanned: usize,
    /// Once nothing was there to begin with.
    wait: Option<Wait<L>>,
}

impl<L: Deref<Target = Link> + Clone + Unpin> Line<L> {
    #[inline]
    pub(super) fn new(link: L) -> Self {
        Line {
            link,
            scanned: 0,
            wait: None,
        }
    }

    #[inline(never)]
    fn poll_slowly(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes>> {
        if self.wait.is_none() {
            self.link.begin()?;
        }
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(Pin::new(wait).poll(cx))?;
                self.wait = None;
            }
            if let Some(line) = self.take()? {
                return Poll::Ready(Ok(line));
            }
            self.link.begin_wait()?;
            self.wait = Some(Wait::new(self.link.clone()));
        }
    }

    /// What a line is, unlike data up to a separator (STR-04). `None` if more must come.
    fn take(&mut self) -> Result<Option<Bytes>> {
        if self.scanned == 0
            && let Some(line) = self.link.take_line()
        {
            return Ok(Some(line));
        }
        let mut search = Search::for_line(self.scanned);
        let taken = self.link.take_until(&mut search);
        self.scanned = search.scanned();
        match taken {
            Ok(line) => Ok(line),
            Err(Missing::End(incomplete)) => Ok(Some(incomplete.partial)),
            Err(Missing::Limit(overrun)) => {
                self.link.discard_line(overrun.consumed);
                Err(ValueError::with_message(overrun.message().to_owned()).into())
            }
        }
    }
}

impl<L: Deref<Target = Link> + Clone + Unpin> Future for Line<L> {
    type Output = Result<Bytes>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Bytes>> {
        if self.wait.is_none() {
            let line = self.link.line_at_hand();
            if line.is_ready() {
                return line;
            }
        }
        self.poll_slowly(cx)
    }
}
