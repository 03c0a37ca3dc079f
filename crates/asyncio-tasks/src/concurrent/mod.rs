//! Pools of threads and processes, and futures that threads wait for, with their connection to the loop's: `concurrent.futures`.

mod chain;
mod crew;
mod executor;
mod future;
#[cfg(all(unix, feature = "process-pool"))]
mod process_pool;
mod thread_pool;
mod wait;

pub use crate::tasks::{ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ReturnWhen};
pub(crate) use chain::wrap_future_in;
pub use chain::{ProxyTasks, run_coroutine_threadsafe, wrap_future};
pub use executor::{Executor, Map, MapResults, Shutdown};
pub use future::Future;
#[cfg(all(unix, feature = "process-pool"))]
pub use process_pool::{
    BrokenProcessPool, ProcessJobs, ProcessMap, ProcessMapResults, ProcessPoolBuilder,
    ProcessPoolExecutor,
};
pub use thread_pool::{BrokenThreadPool, ThreadPoolBuilder, ThreadPoolExecutor};
pub use wait::{AsCompleted, as_completed, wait};
