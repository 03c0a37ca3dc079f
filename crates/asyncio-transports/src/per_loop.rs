//! What all transports of a loop share: its read buffer, and the list of those that are open.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use asyncio_executor::EventLoop;
use asyncio_executor::layer::LoopLayer;
use slab::Slab;

use crate::read_buffer::{ReadBuffer, free_spares};
use crate::server::ServerState;
use crate::transports::TransportObject;

/// The shared part of one loop's transports.
#[derive(Default)]
pub(crate) struct PerLoop {
    /// Empty until it is first used, and while it is lent.
    read_buffer: Cell<Vec<u8>>,
    open: RefCell<Slab<Weak<dyn Open>>>,
}

/// Something whose descriptor must not outlive the loop.
pub(crate) trait Open: TransportObject {
    /// The loop was closed first.
    fn abandon(&self);

    /// Whether it is a connection that came from `server`, and is not over.
    fn is_client_of(&self, server: &ServerState) -> bool;
}

/// An entry in the list of what is open, until it is dropped.
pub(crate) struct Registration {
    per_loop: Rc<PerLoop>,
    key: usize,
}

impl PerLoop {
    pub(crate) fn of(event_loop: &EventLoop) -> Rc<Self> {
        event_loop.extension::<Owner>().0.clone()
    }

    /// The buffer for one read.
    pub(crate) fn read_buffer(&self) -> ReadBuffer<'_> {
        ReadBuffer::borrow(&self.read_buffer)
    }

    /// The connections that came from `server`, of which there are `count` at most. A list of its own would cost every
    /// connection memory for what is rarely asked.
    pub(crate) fn clients(&self, server: &ServerState, count: usize) -> Vec<Rc<dyn Open>> {
        let open = self.open.borrow();
        let alive = open.iter().filter_map(|(_, open)| open.upgrade());
        let clients = alive.filter(|open| open.is_client_of(server));
        clients.take(count).collect()
    }

    pub(crate) fn register(self: &Rc<Self>, open: Weak<dyn Open>) -> Registration {
        let key = self.open.borrow_mut().insert(open);
        Registration {
            per_loop: self.clone(),
            key,
        }
    }
}

impl Registration {
    pub(crate) fn per_loop(&self) -> &PerLoop {
        &self.per_loop
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.per_loop.open.borrow_mut().try_remove(self.key);
    }
}

/// The loop's own reference: when it goes, so does everything that is open.
#[derive(Default)]
struct Owner(Rc<PerLoop>);

impl Drop for Owner {
    fn drop(&mut self) {
        let open: Vec<_> = self
            .0
            .open
            .take()
            .into_iter()
            .map(|(_, open)| open)
            .collect();
        for open in open.iter().filter_map(Weak::upgrade) {
            open.abandon();
        }
        free_spares();
    }
}
