//! [`run`]. Mirrors `asyncio.runners`.

use crate::loop_tasks::LoopTasks;
use asyncio_executor::{Result, new_event_loop};

/// Temporary while the crate is brought up.
pub fn run<T: 'static>(main: impl std::future::Future<Output = Result<T>> + 'static) -> Result<T> {
    let event_loop = new_event_loop()?;
    let result = event_loop.run_until_complete(main);
    event_loop.close()?;
    result
}
