//! What asks the operating system: selectors, and what a signal does. The only place with `unsafe` code.

use std::os::fd::{BorrowedFd, RawFd};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod epoll;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod eventfd;
mod polling;
mod signal;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub use epoll::EpollSelector;
pub use polling::PollingSelector;
pub use signal::{SignalAction, signal_action};

/// Asks the kernel to change what it watches the registered number `fd` for.
///
/// The number may have been closed since it was registered. `ask` must do nothing but add, change
/// or delete it in a selector's set.
#[allow(unsafe_code)]
fn with_registered<T>(fd: RawFd, ask: impl FnOnce(BorrowedFd<'_>) -> T) -> T {
    assert!(fd >= 0, "fd {fd} cannot have been registered");
    // SAFETY: a `BorrowedFd` must not hold -1, which was just ruled out. It is also meant to stay
    // open while it is borrowed, and whether it is open at all cannot be told. That is sound, as
    // `ask` cannot keep the borrow (its lifetime is universal) and only passes the number to
    // `epoll_ctl` or its like on the selector's own descriptor. The kernel fails (EBADF, ENOENT)
    // if the number is closed or not in the set; at worst it watches the file that has the number
    // now, and an event too many is reported. It never reads, writes or closes that file.
    ask(unsafe { BorrowedFd::borrow_raw(fd) })
}
