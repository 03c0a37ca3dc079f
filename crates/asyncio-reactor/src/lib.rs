#![doc = include_str!("../README.md")]

mod clock;
mod error;
mod interest;
mod registry;
mod selector;
#[cfg(feature = "test-util")]
pub mod sim;
mod sys;
mod waker;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use interest::Interest;
pub use selector::{DefaultSelector, Event, Selector, default_selector};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub use sys::EpollSelector;
pub use sys::{PollingSelector, SignalAction, signal_action};
pub use waker::{Notifier, Notify};
