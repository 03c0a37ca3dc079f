//! [`Address`]: how a task's waker finds its loop from any thread, as long as there is one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::inbox::Inbox;

/// Where tasks find the inbox of their loop. Wakers may outlive a loop on any thread, and counting them would cost two
/// atomic operations per task; so an address lives for ever, and the next loop gets it when a loop is closed.
#[derive(Default)]
pub(crate) struct Address {
    inbox: Mutex<Option<Arc<Inbox>>>,
    /// How many futures of tasks exist. Only the loop's own thread counts.
    futures: AtomicUsize,
}

impl Address {
    pub(crate) fn lease() -> &'static Self {
        let free = lock(&FREE_ADDRESSES).pop();
        free.unwrap_or_else(|| Box::leak(Box::default()))
    }

    /// A loop begins to live here.
    pub(crate) fn admit(&self, inbox: &Arc<Inbox>) {
        *lock(&self.inbox) = Some(inbox.clone());
    }

    /// The loop is closed. Whoever gets the address next must not get tasks of this loop with it.
    pub(crate) fn release(&'static self) {
        *lock(&self.inbox) = None;
        if self.futures() == 0 {
            lock(&FREE_ADDRESSES).push(self);
        }
    }

    /// The inbox of the loop, unless it is closed.
    pub(crate) fn inbox(&self) -> Option<Arc<Inbox>> {
        lock(&self.inbox).clone()
    }

    pub(crate) fn futures(&self) -> usize {
        self.futures.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn count_future(&self) {
        self.futures.store(self.futures() + 1, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn forget_future(&self) {
        self.futures.store(self.futures() - 1, Ordering::Relaxed);
    }
}

static FREE_ADDRESSES: Mutex<Vec<&'static Address>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
