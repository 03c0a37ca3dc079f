//! What the system lets a process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;

/// Has this process, and those that it starts, open as many files as they may. Returns how many that is.
pub(crate) fn raise_descriptors() -> Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    setrlimit(Resource::Nofile, Rlimit { current, ..limit })?;
    Ok(current.map_or(usize::MAX, |files| files as usize))
}
