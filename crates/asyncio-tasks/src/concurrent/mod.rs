//! Futures that threads wait for, and their connection with the loop's. Mirrors `concurrent.futures` as far as
//! asyncio meets it.

mod chain;
mod future;

pub use chain::{ProxyTasks, run_coroutine_threadsafe, wrap_future};
pub use future::Future;
