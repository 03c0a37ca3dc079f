//! [`Link`]: what the reader, the writers and the protocol of one connection share.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::task::Waker;

use asyncio_tasks::Error;
use asyncio_transports::Transport;

use super::flow_control::Pauses;
use super::incoming::Incoming;
use super::line::Line;
use crate::buffer::Buffer;

/// One block of memory for a connection, and as little as an idle one can do with: there may be many of them.
pub(crate) struct Link {
    /// What has arrived and was not read yet. `None` while nothing is there and none is needed.
    pub(super) buffer: Cell<Option<Box<Buffer>>>,
    /// The longest line in bytes; the transport is paused above twice as much.
    pub(super) limit: usize,
    pub(super) read: Cell<Read>,
    /// Of the read that is suspended.
    pub(super) waker: Cell<Option<Waker>>,
    /// Where the data comes from, unless that is somebody who cannot be paused.
    pub(super) source: Cell<Option<Transport>>,
    /// Whether we have paused the source.
    pub(super) is_paused: Cell<bool>,
    /// Nothing will follow what is in the buffer.
    pub(super) ended: Cell<bool>,
    rare: OnceCell<Box<Rare>>,
    /// How many want what arrives.
    claims: Cell<u32>,
}

/// The read that waits for data.
///
/// DIFFERENCE: a second one is not a RuntimeError, it does not compile: reads borrow their reader mutably (STR-07).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// There is none.
    Idle,
    /// It is suspended, and has left its waker.
    Suspended,
    /// It was woken and has not been polled yet.
    Woken,
    /// It was woken by an exception and has not been polled yet.
    Failed,
}

/// What a connection does not have before something happens to it.
#[derive(Default)]
pub(super) struct Rare {
    /// The error of every read.
    pub(super) exception: Cell<Option<Error>>,
    /// That of the read that it has woken, whatever has become of it since.
    pub(super) failure: Cell<Option<Error>>,
    pub(super) pauses: Pauses,
    /// The stream's read of a line, while it is pending.
    pub(super) line: Cell<Option<Box<Line<Incoming>>>>,
}

impl Link {
    /// Of a connection whose data nobody wants yet.
    pub(super) fn new(limit: usize) -> Rc<Self> {
        Rc::new(Link {
            buffer: Cell::default(),
            limit,
            read: Cell::new(Read::Idle),
            waker: Cell::default(),
            source: Cell::default(),
            is_paused: Cell::new(false),
            ended: Cell::new(false),
            rare: OnceCell::new(),
            claims: Cell::new(0),
        })
    }

    /// What happened to the connection, if something did.
    #[inline]
    pub(super) fn rare(&self) -> Option<&Rare> {
        self.rare.get().map(|rare| &**rare)
    }

    /// Something happens to the connection.
    pub(super) fn make_rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }

    /// Whether anybody wants what arrives.
    #[inline]
    pub(super) fn is_claimed(&self) -> bool {
        self.claims.get() > 0
    }

    /// Somebody wants what arrives.
    pub(super) fn claim(&self) {
        self.claims.set(self.claims.get() + 1);
    }

    /// Somebody does not want it any more.
    pub(super) fn disclaim(&self) {
        self.claims.set(self.claims.get() - 1);
        if self.claims.get() == 0 {
            drop(self.buffer.take());
            drop(self.waker.take());
            // Which owns the protocol, which owns this.
            drop(self.source.take());
        }
    }
}
