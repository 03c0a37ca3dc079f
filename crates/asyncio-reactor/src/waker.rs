//! Waking a selector from another thread, asyncio's self-pipe.

use std::fmt;
use std::sync::Arc;

/// What a [`Notifier`] calls; a selector brings its own.
pub trait Notify: Send + Sync {
    /// Makes the `select` that is running, or else the next one, return soon.
    ///
    /// Never blocks and never fails. After the selector is gone it does nothing.
    fn notify(&self);
}

/// Wakes a selector from any thread, mirrors `BaseSelectorEventLoop._write_to_self`.
///
/// Clones are cheap and wake the same selector. Many calls before the selector gets to run
/// amount to one wake-up. What the caller wrote before [`notify`](Self::notify) is visible to the
/// selector's thread after the `select` that it ended.
///
/// # Examples
///
/// ```
/// use asyncio_reactor::default_selector;
///
/// let mut selector = default_selector()?;
/// let notifier = selector.notifier();
/// let thread = std::thread::spawn(move || notifier.notify());
///
/// let mut events = Vec::new();
/// selector.select(None, &mut events)?;
/// assert!(events.is_empty());
/// thread.join().unwrap();
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct Notifier(Arc<dyn Notify>);

impl Notifier {
    /// Wraps a way to wake a selector.
    pub fn new(notify: impl Notify + 'static) -> Self {
        Self(Arc::new(notify))
    }

    /// Makes the `select` that is running, or else the next one, return soon.
    pub fn notify(&self) {
        self.0.notify();
    }
}

impl<N: Notify + 'static> From<Arc<N>> for Notifier {
    fn from(notify: Arc<N>) -> Self {
        Self(notify)
    }
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").finish_non_exhaustive()
    }
}
