//! Integration tests of asyncio-tasks.

mod as_completed;
mod concurrent;
mod exception_group;
mod gather;
mod shield;
mod support;
mod taskgroups;
mod timeouts;
mod wait;
