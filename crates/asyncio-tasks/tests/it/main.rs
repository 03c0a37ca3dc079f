//! Integration tests of asyncio-tasks.

mod concurrent;
