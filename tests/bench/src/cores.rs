//! Which core does what, so that server and load never share one.

use std::sync::OnceLock;

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

/// Where the thread of this number of a server runs.
pub(crate) fn server_core(thread: usize) -> usize {
    let cores = cores();
    cores[thread.min(cores.len() - 1)]
}

/// Where the load runs; a machine with one core gives no choice.
pub(crate) fn load_core() -> usize {
    server_core(1)
}

/// The cores that the program was allowed when this was first called, which must be before any thread is pinned.
pub(crate) fn cores() -> &'static [usize] {
    CORES.get_or_init(|| {
        let allowed = sched_getaffinity(None).unwrap_or_default();
        let cores: Vec<_> = (0..CpuSet::MAX_CPU)
            .filter(|&core| allowed.is_set(core))
            .collect();
        match cores.is_empty() {
            true => vec![0],
            false => cores,
        }
    })
}

/// These are the cores, for a process that was started by a pinned thread.
pub(crate) fn set_cores(cores: Vec<usize>) {
    CORES.get_or_init(|| cores);
}

static CORES: OnceLock<Vec<usize>> = OnceLock::new();
