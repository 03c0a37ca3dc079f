//! By what threads meet: the standard library's primitives, or under `--cfg loom` the models of them with which loom tries
//! every interleaving.

#[cfg(not(loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(loom))]
pub(crate) use std::{thread, thread_local};

#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(loom)]
pub(crate) use loom::thread;

/// loom's threads share one thread of the system.
#[cfg(loom)]
macro_rules! modelled_thread_local {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = const $init:block;) => {
        loom::thread_local! {
            $(#[$attribute])*
            static $name: $type = $init;
        }
    };
}
#[cfg(loom)]
pub(crate) use modelled_thread_local as thread_local;
