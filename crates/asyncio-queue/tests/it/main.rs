//! Integration tests of asyncio-queue.

mod model;
mod queues;
mod threads;
