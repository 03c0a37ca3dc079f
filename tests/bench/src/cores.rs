//! Which core does what, so that server and load never share one.

use std::thread;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Result;

/// Keeps the calling thread, and threads that it starts, on one core until this is dropped.
pub(crate) struct Pinned {
    before: CpuSet,
}

impl Pinned {
    pub(crate) fn to(core: usize) -> Result<Self> {
        let before = sched_getaffinity(None)?;
        let mut cores = CpuSet::new();
        cores.set(core);
        sched_setaffinity(None, &cores)
            .map_err(|error| format!("keep a thread on core {core}: {error}"))?;
        Ok(Pinned { before })
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // These cores were allowed a moment ago; if they are not any more, the thread stays where it is.
        let _ = sched_setaffinity(None, &self.before);
    }
}

/// Where the load runs; a machine with one core gives no choice.
pub(crate) fn load_core() -> Result<usize> {
    match thread::available_parallelism()?.get() {
        1 => Ok(SERVER_CORE),
        _ => Ok(SERVER_CORE + 1),
    }
}

pub(crate) const SERVER_CORE: usize = 0;
