//! What tells a loop the time, mirrors Python's `time.monotonic`.

use std::cell::Cell;
use std::rc::Rc;

use rustix::time::{ClockId, clock_gettime};

/// A clock that never goes backwards, mirrors what `loop.time()` reads.
pub trait Clock {
    /// The time in seconds since a moment that the clock chooses. Finite.
    fn time(&self) -> f64;

    /// The smallest step in seconds, mirrors `time.get_clock_info('monotonic').resolution`.
    fn resolution(&self) -> f64;

    /// The clock whose time [`time`](Clock::time) tells, if it is virtual, so that a loop may move it.
    fn as_virtual(&self) -> Option<&VirtualClock> {
        None
    }
}

/// The system's monotonic clock, mirrors `time.monotonic`.
///
/// On Linux it is the same `CLOCK_MONOTONIC` that Python reads, so the values can be compared
/// between processes; the kernel's vDSO answers without a system call.
///
/// # Examples
///
/// ```
/// use asyncio_reactor::{Clock, SystemClock};
///
/// let start = SystemClock.time();
/// assert!(SystemClock.time() >= start);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[inline]
    fn time(&self) -> f64 {
        let now = clock_gettime(ClockId::Monotonic);
        now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
    }

    fn resolution(&self) -> f64 {
        RESOLUTION
    }
}

/// A clock that moves only when it is told to; Python has none.
///
/// Clones share one time. It is always finite and never goes backwards. A loop moves its clock to the next deadline when
/// nothing else is left to do; the program may move it as well, and what is due then runs next.
///
/// # Examples
///
/// ```
/// use asyncio_reactor::{Clock, VirtualClock};
///
/// let clock = VirtualClock::new(100.0);
/// let shared = clock.clone();
/// clock.advance(3600.0);
/// clock.advance_to(5.0);
/// assert_eq!(shared.time(), 3700.0);
/// ```
#[derive(Clone, Debug)]
pub struct VirtualClock {
    now: Rc<Cell<f64>>,
}

impl VirtualClock {
    /// A clock that shows `start` seconds.
    ///
    /// # Panics
    ///
    /// If `start` is infinite or NaN.
    #[must_use]
    pub fn new(start: f64) -> Self {
        assert!(start.is_finite(), "a clock cannot start at {start} seconds");
        Self {
            now: Rc::new(Cell::new(start)),
        }
    }

    /// The time in seconds.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.now.get()
    }

    /// Moves the clock forward by `by` seconds; as [`advance_to`](Self::advance_to) otherwise.
    pub fn advance(&self, by: f64) {
        self.advance_to(self.time() + by);
    }

    /// Moves the clock to `when`, in seconds. Does nothing if that is past, infinite or NaN.
    pub fn advance_to(&self, when: f64) {
        if when.is_finite() && when > self.time() {
            self.now.set(when);
        }
    }
}

impl Clock for VirtualClock {
    fn time(&self) -> f64 {
        self.now.get()
    }

    fn resolution(&self) -> f64 {
        RESOLUTION
    }

    fn as_virtual(&self) -> Option<&VirtualClock> {
        Some(self)
    }
}

/// One nanosecond: what Python reports for its monotonic clock, and the unit of `timespec`.
const RESOLUTION: f64 = 1e-9;
