//! The loop's descriptors: which callback waits for which direction of which descriptor.
//!
//! Mirrors `add_reader`, `add_writer` and `_process_events` of `asyncio.selector_events`.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

use asyncio_reactor::{Event, Interest, Selector};

use crate::events::Handle;

pub(crate) struct Readers {
    selector: Box<dyn Selector>,
    /// Indexed by descriptor: the system hands out the smallest free number.
    slots: Vec<Slot>,
    /// How many descriptors are registered, without the loop's own.
    registered: usize,
    events: Vec<Event>,
    /// Callbacks of descriptors that the last `select` found ready, for which the loop has not had the time yet.
    waiting: VecDeque<Handle>,
}

#[derive(Default)]
struct Slot {
    reader: Option<Handle>,
    writer: Option<Handle>,
    owner: Owner,
}

/// Who decides over a descriptor's callbacks.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Anyone, through `add_reader` and `add_writer`.
    #[default]
    Anyone,
    /// A live transport.
    Transport,
    /// The loop, which knows by other means when to look at it.
    Loop,
}

/// One of the two callbacks of a descriptor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    fn interest(self) -> Interest {
        match self {
            Direction::Read => Interest::READABLE,
            Direction::Write => Interest::WRITABLE,
        }
    }
}

impl Readers {
    pub(crate) fn new(selector: Box<dyn Selector>) -> Self {
        Readers {
            selector,
            slots: Vec::new(),
            registered: 0,
            events: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Whether no descriptor is registered but the loop's own.
    pub(crate) fn is_empty(&self) -> bool {
        self.registered == 0
    }

    pub(crate) fn owner(&self, fd: RawFd) -> Owner {
        self.slots
            .get(index(fd))
            .map_or(Owner::Anyone, |slot| slot.owner)
    }

    pub(crate) fn set_owner(&mut self, fd: RawFd, owner: Owner) {
        self.slot(fd).owner = owner;
    }

    /// Makes `handle` the callback of that direction. Returns the one that it replaces, for the caller to
    /// cancel when it holds no borrow.
    pub(crate) fn add(
        &mut self,
        fd: BorrowedFd<'_>,
        direction: Direction,
        handle: Handle,
    ) -> io::Result<Option<Handle>> {
        let raw = fd.as_raw_fd();
        let old = self.slot(raw).interest();
        let new = old.with(direction.interest());
        if old.is_empty() {
            self.selector.register(fd, new)?;
            self.registered += usize::from(self.slot(raw).owner != Owner::Loop);
        } else if new != old {
            self.selector.modify(raw, new)?;
        }
        Ok(self.slot(raw).callback(direction).replace(handle))
    }

    /// Removes the callback of that direction and returns it, for the caller to cancel.
    pub(crate) fn remove(&mut self, fd: RawFd, direction: Direction) -> Option<Handle> {
        let slot = self.slots.get_mut(index(fd))?;
        let handle = slot.callback(direction).take()?;
        let rest = slot.interest();
        // A descriptor that was closed too early is gone from the selector already, and stays gone.
        let _ = if rest.is_empty() {
            self.registered -= usize::from(slot.owner != Owner::Loop);
            self.selector.unregister(fd)
        } else {
            self.selector.modify(fd, rest)
        };
        Some(handle)
    }

    /// Waits for events; [`take_ready`](Readers::take_ready) then finds the callbacks.
    pub(crate) fn select(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.events.clear();
        self.selector.select(timeout, &mut self.events)
    }

    /// Passes on the callbacks of the descriptors that the last `select` found ready, a descriptor's reader before
    /// its writer: so many at once, the others by [`take_waiting`](Readers::take_waiting). Cancelled ones are removed
    /// instead (LOOP-22), and returned.
    pub(crate) fn take_ready(
        &mut self,
        mut at_once: usize,
        mut ready: impl FnMut(Handle),
    ) -> Vec<Handle> {
        let mut removed = Vec::new();
        for position in 0..self.events.len() {
            let event = self.events[position];
            for direction in [Direction::Read, Direction::Write] {
                if !event.readiness.contains(direction.interest()) {
                    continue;
                }
                let Some(slot) = self.slots.get_mut(index(event.fd)) else {
                    continue;
                };
                match slot.callback(direction) {
                    Some(handle) if handle.cancelled() => {
                        removed.extend(self.remove(event.fd, direction))
                    }
                    Some(handle) if at_once > 0 => {
                        at_once -= 1;
                        ready(handle.clone());
                    }
                    Some(handle) => self.waiting.push_back(handle.clone()),
                    None => {}
                }
            }
        }
        removed
    }

    /// Whether the last `select` found more than was passed on.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Passes on the next callbacks, so many at most. One may have been cancelled meanwhile.
    pub(crate) fn take_waiting(&mut self, count: usize, mut ready: impl FnMut(Handle)) {
        for _ in 0..count {
            let Some(handle) = self.waiting.pop_front() else {
                break;
            };
            ready(handle);
        }
    }

    /// Every callback.
    pub(crate) fn into_handles(self) -> impl Iterator<Item = Handle> {
        let slots = self.slots.into_iter();
        let callbacks = slots.flat_map(|slot| [slot.reader, slot.writer]);
        callbacks.flatten().chain(self.waiting)
    }

    fn slot(&mut self, fd: RawFd) -> &mut Slot {
        let index = index(fd);
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, Slot::default);
        }
        &mut self.slots[index]
    }
}

impl Slot {
    fn callback(&mut self, direction: Direction) -> &mut Option<Handle> {
        match direction {
            Direction::Read => &mut self.reader,
            Direction::Write => &mut self.writer,
        }
    }

    fn interest(&self) -> Interest {
        let read = if self.reader.is_some() {
            Interest::READABLE
        } else {
            Interest::NONE
        };
        if self.writer.is_some() {
            read.with(Interest::WRITABLE)
        } else {
            read
        }
    }
}

fn index(fd: RawFd) -> usize {
    usize::try_from(fd).expect("an open descriptor is not negative")
}
