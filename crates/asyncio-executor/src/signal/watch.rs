//! [`SignalWatch`]: a signal as an event of a run. Mirrors what `asyncio.runners` does with `SIGINT`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arrivals::Arrivals;
use super::disposition::free;
use super::{check_catchable, check_number, on_main_thread};
use crate::base_events::EventLoop;
use crate::exceptions::Result;

/// For runners.
impl EventLoop {
    /// Calls `callback` for each `signal` while the returned watch lives and the program has no handler for it. `None`
    /// if this is not the main thread, or if the program ignores the signal or handles it: as in Python, these are left
    /// alone.
    ///
    /// A signal that comes before the loop has looked at the one before has its default action, so that a blocked
    /// program can be ended.
    ///
    /// # Errors
    ///
    /// As [`add_signal_handler`](EventLoop::add_signal_handler), the main thread aside.
    pub fn watch_signal(
        &self,
        signal: i32,
        mut callback: impl FnMut() + 'static,
    ) -> Result<Option<SignalWatch>> {
        check_number(signal)?;
        check_catchable(signal)?;
        let Some(role) = on_main_thread().then(|| free(signal)).flatten() else {
            return Ok(None);
        };
        let unseen = Arc::new(AtomicBool::new(false));
        let arrived = move |count| (0..count).for_each(|_| callback());
        let arrivals = Arrivals::open(self, signal, role, Some(unseen.clone()), arrived)?;
        Ok(Some(SignalWatch {
            event_loop: self.clone(),
            arrivals: Some(arrivals),
            unseen,
        }))
    }
}

/// While it lives, a signal is an event of its loop; see [`EventLoop::watch_signal`].
pub struct SignalWatch {
    event_loop: EventLoop,
    /// `None` while it is dropped.
    arrivals: Option<Arrivals>,
    /// Whether there was a signal that the loop has not looked at.
    unseen: Arc<AtomicBool>,
}

impl SignalWatch {
    /// Ends the watch. True if there was a signal for which the callback was not called: it came too late.
    pub fn end(self) -> bool {
        let unseen = self.unseen.clone();
        drop(self);
        unseen.load(Ordering::SeqCst)
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        if let Some(arrivals) = self.arrivals.take() {
            arrivals.close(&self.event_loop);
        }
    }
}

impl fmt::Debug for SignalWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalWatch").finish_non_exhaustive()
    }
}
