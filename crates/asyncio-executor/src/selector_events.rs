//! The callbacks of descriptors: `add_reader` and its kin, for programs and for transports.
//!
//! Mirrors the reader and writer methods of `asyncio.selector_events`.

use std::os::fd::{AsFd, AsRawFd};
use std::panic::Location;

use crate::base_events::{EventLoop, closed};
use crate::contextvars::ContextCell;
use crate::events::{CallbackOutput, Handle};
use crate::exceptions::{Result, RuntimeError};
use crate::readers::{Direction, Owner};

impl EventLoop {
    /// Calls `callback` whenever `fd` can be read without blocking; replaces and cancels an earlier one:
    /// `loop.add_reader`.
    ///
    /// Remove it before the descriptor is closed.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor or the loop is closed, `OSError` if the selector
    /// refuses it.
    #[track_caller]
    pub fn add_reader<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.check_no_transport(&fd)?;
        self.watch(fd, Direction::Read, ContextCell::copy_current(), callback)
    }

    /// Removes the reading callback of `fd` and says whether there was one: `loop.remove_reader`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor.
    pub fn remove_reader(&self, fd: impl AsFd) -> Result<bool> {
        self.check_no_transport(&fd)?;
        Ok(self.unwatch(fd, Direction::Read))
    }

    /// Calls `callback` whenever `fd` can be written without blocking; see
    /// [`add_reader`](EventLoop::add_reader): `loop.add_writer`.
    ///
    /// # Errors
    ///
    /// As [`add_reader`](EventLoop::add_reader).
    #[track_caller]
    pub fn add_writer<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.check_no_transport(&fd)?;
        self.watch(fd, Direction::Write, ContextCell::copy_current(), callback)
    }

    /// Removes the writing callback of `fd` and says whether there was one: `loop.remove_writer`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if a transport uses the descriptor.
    pub fn remove_writer(&self, fd: impl AsFd) -> Result<bool> {
        self.check_no_transport(&fd)?;
        Ok(self.unwatch(fd, Direction::Write))
    }
}

impl EventLoop {
    pub(crate) fn set_owner(&self, fd: impl AsFd, owner: Owner) {
        if let Some(readers) = &mut *self.state().readers.borrow_mut() {
            readers.set_owner(fd.as_fd().as_raw_fd(), owner);
        }
    }

    #[track_caller]
    pub(crate) fn watch<F, R>(
        &self,
        fd: impl AsFd,
        direction: Direction,
        context: ContextCell,
        callback: F,
    ) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        let handle = Handle::repeated(callback, context, Location::caller());
        self.watch_with(fd, direction, handle)
    }

    pub(crate) fn watch_with(
        &self,
        fd: impl AsFd,
        direction: Direction,
        handle: Handle,
    ) -> Result<()> {
        let replaced = match &mut *self.state().readers.borrow_mut() {
            // If the selector refuses it, `handle` is dropped when nothing is borrowed any more.
            Some(readers) if !self.is_closed() => {
                readers.add(fd.as_fd(), direction, handle.clone())?
            }
            _ => return Err(closed().into()),
        };
        if let Some(handle) = replaced {
            handle.cancel();
        }
        Ok(())
    }

    pub(crate) fn unwatch(&self, fd: impl AsFd, direction: Direction) -> bool {
        let mut readers = self.state().readers.borrow_mut();
        let removed = readers
            .as_mut()
            .and_then(|readers| readers.remove(fd.as_fd().as_raw_fd(), direction));
        drop(readers);
        removed.is_some_and(|handle| {
            handle.cancel();
            true
        })
    }

    fn check_no_transport(&self, fd: &impl AsFd) -> Result<(), RuntimeError> {
        let fd = fd.as_fd().as_raw_fd();
        match &*self.state().readers.borrow() {
            Some(readers) if readers.owner(fd) == Owner::Transport => Err(
                RuntimeError::with_message(format!("File descriptor {fd} is used by transport")),
            ),
            _ => Ok(()),
        }
    }
}
