//! Futures of threads and the wake-ups of tasks, in every interleaving that loom finds. The loop is the real one, on a
//! selector of the model.
//!
//! loom sees neither async-task's inside, whose own models are in that crate, nor time: a wait with a timeout is one
//! without.
//!
//!     RUSTFLAGS="--cfg loom" cargo test -p asyncio-tasks --test loom

#![cfg(loom)]

#[path = "../../../asyncio-executor/tests/loom/model.rs"]
mod model;

mod futures;
mod pools;
mod tasks;
