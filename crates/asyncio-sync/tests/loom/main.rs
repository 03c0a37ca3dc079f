//! Primitives between threads, in every interleaving that loom finds: who comes while another one releases is not
//! forgotten, and who gives up passes its turn on.
//!
//!     RUSTFLAGS="--cfg loom" cargo test -p asyncio-sync --test loom

#![cfg(loom)]

#[path = "../../../asyncio-executor/tests/loom/model.rs"]
mod model;
mod threads;

mod conditions;
mod locks;
mod semaphores;
