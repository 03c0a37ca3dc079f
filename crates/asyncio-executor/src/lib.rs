#![doc = include_str!("../README.md")]

mod address;
mod base_events;
mod builder;
mod contextvars;
mod crowd;
mod current;
mod deadlock;
mod delay;
mod desk;
mod events;
mod exception_handler;
mod exceptions;
mod inbox;
pub mod log;
mod observe;
mod outside_work;
mod readers;
#[cfg(feature = "serde")]
mod remote;
mod schedule;
mod selector_events;
mod shuffle;
pub mod signal;
mod sync;
mod threadsafe_handle;
mod timers;
mod watchdog;

/// For the crates that build on the loop.
pub mod layer {
    pub use crate::base_events::LoopLayer;
    pub use crate::events::HasContext;
    pub use crate::timers::{Alarm, Timer};
}

pub use base_events::{EventLoop, LoopTask, RunForever, TaskKey, TaskMaking};
pub use builder::EventLoopBuilder;
pub use contextvars::{Context, ContextCell, ContextSnapshot, ContextVar, Token, copy_context};
pub use current::{Awake, RunningTask, current_task, with_current_task};
pub use deadlock::DeadlockError;
pub use delay::IntoDelay;
pub use events::{
    CallbackOutput, ContextThing, ExceptionContext, Handle, TimerHandle, get_event_loop,
    get_running_loop, new_event_loop, set_event_loop, try_running_loop,
};
pub use exception_handler::{ExceptionHandler, ignoring};
pub use exceptions::{
    CancelledError, Error, InvalidStateError, KeyboardInterrupt, PanicError, Result, RuntimeError,
    SignalInterrupt, SystemExit, TimeoutError, TypeError, ValueError, caught, raise,
};
pub use inbox::EventLoopProxy;
pub use observe::{ObservedStep, Step, StepObserver};
pub use outside_work::{OutsideWork, PausedWork};
#[cfg(feature = "serde")]
pub use remote::RemoteError;
pub use signal::watch::SignalWatch;
pub use threadsafe_handle::ThreadsafeHandle;
