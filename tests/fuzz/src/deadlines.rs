//! Delays such that no two timers of a program are due at the same moment.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// The moments at which timers of this program are due.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    /// In ticks.
    taken: RefCell<BTreeSet<i64>>,
    /// When a timer was last set that is due at once.
    last_at_once: Cell<Option<f64>>,
}

impl Deadlines {
    /// The delay of a timer that is set now: what was asked for, and so many ticks that its moment is free.
    /// One timer may be due at once at each moment.
    pub(crate) fn delay(&self, now: f64, seconds: f64) -> f64 {
        if seconds <= 0.0 && self.last_at_once.replace(Some(now)) != Some(now) {
            return 0.0;
        }
        let mut when = ((now + seconds) * TICKS_PER_SECOND) as i64;
        while !self.taken.borrow_mut().insert(when) {
            when += 1;
        }
        when as f64 / TICKS_PER_SECOND - now
    }

    /// The same for an operation that sets no timer when there is no time.
    pub(crate) fn timeout(&self, now: f64, seconds: f64) -> f64 {
        if seconds <= 0.0 {
            seconds
        } else {
            self.delay(now, seconds)
        }
    }
}

/// A power of two, so that every sum and difference of moments is exact.
const TICKS_PER_SECOND: f64 = 1024.0;
