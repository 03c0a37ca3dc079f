#![doc = include_str!("../README.md")]

mod locks;
mod sync;
pub mod waiters;

pub use asyncio_tasks::{CancelledError, Error, Result, RuntimeError, ValueError};

pub use locks::{
    Acquire, AcquireSemaphore, Barrier, BoundedSemaphore, BrokenBarrierError, Condition,
    ConditionGuard, ConditionWait, Event, EventWait, GuardWait, Lock, LockGuard, Locking,
    OwnedLockGuard, OwnedPermit, Permit, Permitting, Semaphore,
};
