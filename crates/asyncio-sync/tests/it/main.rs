//! Integration tests of asyncio-sync.

mod drops;
mod event_loop;
mod executors;
mod model;
mod support;
mod threads;
mod wakers;
