//! How much of the heap is in use, in a program whose allocator says so.

use std::sync::atomic::{AtomicI64, Ordering};

static IN_USE: AtomicI64 = AtomicI64::new(0);

/// Told by the allocator: so many bytes more, or less, as they were asked for.
pub fn changed(bytes: i64) {
    IN_USE.fetch_add(bytes, Ordering::Relaxed);
}

/// The bytes in use, without what the allocator needs for itself.
pub(crate) fn in_use() -> i64 {
    IN_USE.load(Ordering::Relaxed)
}
