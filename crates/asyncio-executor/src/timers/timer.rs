//! [`Timer`] and [`Alarm`]: timers that need no handle, for the crates above.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::task::Waker;

use super::{Timers, What};
use crate::base_events::EventLoop;
use crate::contextvars::ContextCell;
use crate::events::Handle;

/// A timer that allocates nothing, and is cancelled when this is dropped. It fires in its place among those of
/// [`call_at`](EventLoop::call_at), as one more entry of the ready queue.
#[must_use = "the timer is cancelled when this is dropped"]
pub struct Timer {
    timers: Rc<Timers>,
    slot: u32,
}

impl Timer {
    /// Wakes `waker` at the time `when`, which is not NaN, in seconds of the loop's clock.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    #[inline]
    pub fn wake_at(event_loop: &EventLoop, when: f64, waker: &Waker) -> Self {
        Timer::new(event_loop, when, What::Wake(waker.clone()))
    }

    /// Has `alarm` ring at the time `when`, which is not NaN, in seconds of the loop's clock.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    #[inline]
    pub fn ring_at(event_loop: &EventLoop, when: f64, alarm: Rc<dyn Alarm>) -> Self {
        Timer::new(event_loop, when, What::Ring(alarm))
    }

    /// Whether its turn has come. If not, a timer that wakes wakes `waker` from now on.
    #[inline]
    pub fn poll(&self, waker: &Waker) -> bool {
        let (is_over, replaced) = self.timers.poll(self.slot, waker);
        drop(replaced);
        is_over
    }

    #[inline]
    fn new(event_loop: &EventLoop, when: f64, what: What) -> Self {
        event_loop.assert_open();
        let timers = event_loop.timers().clone();
        let slot = timers.push(when, what);
        Timer { timers, slot }
    }
}

impl Drop for Timer {
    #[inline]
    fn drop(&mut self) {
        let undone = self.timers.release(self.slot);
        drop(undone);
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Timer>")
    }
}

/// What happens at the time of a [`Timer`] that does not wake a task.
pub trait Alarm {
    /// The time has come. Runs as a callback of the loop does.
    fn ring(self: Rc<Self>);

    /// Gives away the context in which it rings.
    fn take_context(&self) -> ContextCell;
}

/// The callback that rings.
pub(crate) fn ringing(alarm: Rc<dyn Alarm>) -> Handle {
    let context = alarm.take_context();
    Handle::once(move || alarm.ring(), context, Location::caller())
}
