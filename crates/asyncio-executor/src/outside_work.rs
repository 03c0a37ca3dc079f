//! [`OutsideWork`]: what a loop in virtual time has to wait for although it is not its own.

use std::fmt;
use std::sync::Arc;

use crate::base_events::EventLoop;
use crate::inbox::Inbox;

impl EventLoop {
    /// Says that work of this loop is under way elsewhere, on a thread or in a process: while one of these lives, virtual
    /// time stands still and the loop waits, in real time. Python has no such thing.
    ///
    /// Hold one per job, from before it is handed over until after its result was handed back with
    /// [`call_soon_threadsafe`](crate::EventLoopProxy::call_soon_threadsafe). In real time it does nothing.
    ///
    /// ```
    /// use std::thread;
    /// use asyncio_executor::EventLoop;
    /// use asyncio_reactor::VirtualClock;
    ///
    /// let event_loop = EventLoop::builder().clock(VirtualClock::new(0.0)).build()?;
    /// event_loop.call_later(3600.0, { let event_loop = event_loop.clone(); move || event_loop.stop() });
    /// let (work, proxy) = (event_loop.outside_work(), event_loop.proxy());
    /// let job = thread::spawn(move || {
    ///     // Whatever takes its time.
    ///     let finished = proxy.call_soon_threadsafe(|| println!("done before the hour is over"));
    ///     drop(work);
    ///     finished.map(drop)
    /// });
    /// event_loop.run_forever()?;
    /// job.join().unwrap()?;
    /// event_loop.close()?;
    /// # Ok::<(), asyncio_executor::Error>(())
    /// ```
    pub fn outside_work(&self) -> OutsideWork {
        OutsideWork::begin(self.is_virtual().then(|| self.inbox().clone()))
    }
}

/// Work of a loop that is under way elsewhere, until it is dropped; see [`EventLoop::outside_work`].
#[must_use = "the work counts as done when this is dropped"]
pub struct OutsideWork(
    /// `None` in real time, which passes for everyone.
    Option<Arc<Inbox>>,
);

impl OutsideWork {
    fn begin(inbox: Option<Arc<Inbox>>) -> Self {
        if let Some(inbox) = &inbox {
            inbox.begin_work();
        }
        OutsideWork(inbox)
    }
}

impl Drop for OutsideWork {
    fn drop(&mut self) {
        if let Some(inbox) = &self.0 {
            inbox.end_work();
        }
    }
}

impl fmt::Debug for OutsideWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<OutsideWork>")
    }
}
