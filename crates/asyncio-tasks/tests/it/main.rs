//! Integration tests of asyncio-tasks.

mod concurrent;
mod support;
mod timeouts;
