//! Wake-up through an eventfd.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};
use rustix::io::{Errno, read, write};

use crate::waker::Notify;

/// Wakes an epoll instance that watches it edge-triggered.
///
/// Edge-triggered, each write to an eventfd is an event of its own, whatever the counter was
/// before. So nobody has to read the counter, which saves a system call for each wake-up.
#[derive(Debug)]
pub(super) struct EventFd {
    fd: OwnedFd,
    /// Whether there was a write since the selector last saw one: then another adds nothing.
    pending: AtomicBool,
}

impl EventFd {
    pub(super) fn new() -> Result<Self, Errno> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            fd,
            pending: AtomicBool::new(false),
        })
    }

    /// The selector has seen the event.
    ///
    /// A notification from here on writes again. One that came before and did not write is
    /// covered by the `select` that is about to return: this read of `pending` makes what its
    /// thread wrote earlier visible.
    pub(super) fn seen(&self) {
        self.pending.swap(false, Ordering::AcqRel);
    }

    /// Adds one to the counter, which is what makes the event.
    ///
    /// A full counter refuses the write and then there is no event. Emptying it makes room; if
    /// other threads fill it again in between, they have made the event. It takes 2^64 - 2
    /// wake-ups to get there.
    fn count(&self) {
        while write(&self.fd, &1u64.to_ne_bytes()) == Err(Errno::AGAIN) {
            let _ = read(&self.fd, &mut [0; size_of::<u64>()]);
        }
    }
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Notify for EventFd {
    fn notify(&self) {
        if !self.pending.swap(true, Ordering::AcqRel) {
            self.count();
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};

    use super::*;

    fn watch(waker: &EventFd) -> OwnedFd {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&set, waker, epoll::EventData::new_u64(0), flags).unwrap();
        set
    }

    fn is_woken(set: &OwnedFd) -> bool {
        let mut room = Vec::with_capacity(1);
        let room = rustix::buffer::spare_capacity(&mut room);
        epoll::wait(set, room, Some(&Timespec::default())).unwrap() == 1
    }

    #[test]
    fn each_notification_is_an_event_though_nobody_reads() {
        let waker = EventFd::new().unwrap();
        let set = watch(&waker);
        for _ in 0..1000 {
            assert!(!is_woken(&set));
            waker.notify();
            assert!(is_woken(&set));
            waker.seen();
        }
    }

    #[test]
    fn a_full_counter_still_wakes() {
        let waker = EventFd::new().unwrap();
        let set = watch(&waker);
        write(&waker, &(u64::MAX - 1).to_ne_bytes()).unwrap();
        assert_eq!(write(&waker, &1u64.to_ne_bytes()), Err(Errno::AGAIN));
        assert!(is_woken(&set) && !is_woken(&set));
        for _ in 0..3 {
            waker.notify();
            assert!(is_woken(&set) && !is_woken(&set));
            waker.seen();
        }
    }

    #[test]
    fn notifications_that_were_not_seen_write_once() {
        let waker = EventFd::new().unwrap();
        for _ in 0..1000 {
            waker.notify();
        }
        let mut counter = [0; 8];
        read(&waker, &mut counter).unwrap();
        assert_eq!(u64::from_ne_bytes(counter), 1);
        let mut polled = [PollFd::new(&waker, PollFlags::IN)];
        assert_eq!(poll(&mut polled, Some(&Timespec::default())), Ok(0));
    }
}
