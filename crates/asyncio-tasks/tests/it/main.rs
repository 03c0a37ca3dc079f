//! Integration tests of asyncio-tasks.

mod as_completed;
mod cancellation;
mod concurrent;
mod deadlock;
mod default_executor;
mod eager;
mod ensure_future;
mod exception_group;
mod futures;
mod gather;
mod graph;
mod runners;
mod scopes;
mod shield;
mod sleep;
mod support;
mod suspension;
mod taskgroups;
mod tasks;
mod thread_pool;
mod timeouts;
mod wait;
mod wait_for;
