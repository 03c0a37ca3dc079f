//! The primitives, one file each. Mirrors `asyncio.locks`.

mod barrier;
mod condition;
mod event;
mod lock;
mod semaphore;

use asyncio_tasks::{Error, EventLoop, ExceptionContext, try_running_loop};

pub use barrier::{Barrier, BrokenBarrierError};
pub use condition::{Condition, ConditionGuard, ConditionWait, GuardWait};
pub use event::{Event, EventWait};
pub use lock::{Acquire, Lock, LockGuard, Locking, OwnedLockGuard};
pub use semaphore::{
    AcquireSemaphore, BoundedSemaphore, OwnedPermit, Permit, Permitting, Semaphore,
};

/// A guard could not give back what it held, because somebody else had: a destructor cannot return the error.
#[cold]
fn report(guard: &'static str, error: impl Into<Error>) {
    let tell = |event_loop: EventLoop| {
        let report = ExceptionContext::new(format!("Exception in the destructor of a {guard}"));
        event_loop.call_exception_handler(&report.with_exception(error.into()));
    };
    try_running_loop().map_or((), tell)
}
