//! The traits that give [`EventLoop`](crate::EventLoop) and [`EventLoopProxy`](crate::EventLoopProxy) their methods
//! of the upper layers.
//!
//! ```
//! use asyncio::prelude::*;
//!
//! let event_loop = asyncio::new_event_loop()?;
//! assert_eq!(event_loop.run_until_complete(async { Ok(42) })?, 42);
//! event_loop.close()?;
//! # Ok::<(), asyncio::Error>(())
//! ```
//!
//! They come without their names, so that nothing here can clash with a name of the program.

pub use asyncio_tasks::{LoopTasks as _, ProxyTasks as _};
pub use asyncio_transports::LoopTransports as _;
