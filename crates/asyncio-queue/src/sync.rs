//! By what threads meet: the standard library's primitives, or under `--cfg loom` the models of them with which loom tries
//! every interleaving.

#[cfg(not(loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};

#[cfg(loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
