//! [`Pace`]: after how many entries the loop looks at descriptors and timers although more are ready.

use std::cell::Cell;

/// Counts entries from one look to the next, and measures how long they take.
pub(super) struct Pace {
    since: Cell<u32>,
    /// So many run before the next look: as many as take [`AT_MOST`], if that is fewer than `limit`.
    interval: Cell<u32>,
    limit: u32,
    /// When the loop last looked, if entries were ready then.
    looked: Cell<Option<f64>>,
}

impl Pace {
    /// With a limit of 1 every iteration looks, the first one included.
    pub(super) fn new(limit: u32) -> Self {
        Pace {
            since: Cell::new(0),
            interval: Cell::new(limit),
            limit,
            looked: Cell::new(None),
        }
    }

    /// Whether the loop looks before every iteration, as CPython's does.
    pub(super) fn is_exact(&self) -> bool {
        self.limit <= 1
    }

    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.is_exact() || self.since.get() >= self.interval.get()
    }

    #[inline]
    pub(super) fn count(&self, entries: usize) {
        let entries = u32::try_from(entries).unwrap_or(u32::MAX);
        self.since.set(self.since.get().saturating_add(entries));
    }

    /// The next iteration looks, however few entries this one has.
    pub(super) fn hurry(&self) {
        self.since.set(u32::MAX);
        self.looked.set(None);
    }

    /// The loop looks while nothing is ready.
    #[inline]
    pub(super) fn rest(&self) {
        self.since.set(0);
        self.looked.set(None);
    }

    /// The loop looks, at the time `now`, while entries are ready.
    pub(super) fn look(&self, now: f64) {
        let entries = self.since.replace(0);
        if let Some(before) = self.looked.replace(Some(now)) {
            self.adapt(entries, now - before);
        }
    }

    /// What a few slow entries have shortened, the cheap ones after them double at each look.
    fn adapt(&self, entries: u32, seconds: f64) {
        let within = AT_MOST / seconds.max(f64::MIN_POSITIVE) * f64::from(entries);
        let longest = self.limit.min(self.interval.get().saturating_mul(2));
        self.interval.set((within as u32).clamp(1, longest));
    }
}

/// In seconds. A look takes less than a microsecond: a fraction of a percent of this.
const AT_MOST: f64 = 200e-6;
