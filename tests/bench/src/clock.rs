//! The processor time that a thread or the process has used.
//!
//! A busy machine takes the processor away from a measurement and gives it back later: that changes the time on the
//! wall, and this time hardly at all.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time of the calling thread.
pub(crate) fn thread_cpu() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// The processor time of all threads of the process, in the kernel too.
pub(crate) fn process_cpu() -> Duration {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> Duration {
    clock_gettime(clock)
        .try_into()
        .expect("processor time is never negative")
}
