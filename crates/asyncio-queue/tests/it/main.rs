//! Integration tests of asyncio-queue.

mod queues;
mod threads;
