//! [`OutsideWork`]: what a loop in virtual time has to wait for although it is not its own.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use crate::base_events::EventLoop;
use crate::current::with_running_loop;
use crate::inbox::{EventLoopProxy, Inbox};
use crate::sync::thread_local;

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

    /// Work of the loop that is running in this thread. Without one, it is nobody's and does nothing.
    pub fn of_running_loop() -> Self {
        let work = with_running_loop(|running| running.map(EventLoop::outside_work));
        work.unwrap_or(OutsideWork(None))
    }

    /// Does the work on this thread. When `job` waits for a future that its loop has to complete, as one of
    /// `run_coroutine_threadsafe`, virtual time goes on meanwhile.
    ///
    /// ```
    /// # use asyncio_executor::EventLoop;
    /// # use asyncio_reactor::VirtualClock;
    /// # let event_loop = EventLoop::builder().clock(VirtualClock::new(0.0)).build()?;
    /// let work = event_loop.outside_work();
    /// let job = std::thread::spawn(move || work.run(|| 6 * 7));
    /// # assert_eq!(job.join().unwrap(), 42);
    /// # event_loop.close()?;
    /// # Ok::<(), asyncio_executor::Error>(())
    /// ```
    pub fn run<R>(&self, job: impl FnOnce() -> R) -> R {
        struct Restore(Option<Arc<Inbox>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                let done = HERE.with(|here| here.replace(self.0.take()));
                drop(done);
            }
        }
        let Some(inbox) = &self.0 else { return job() };
        let outer = HERE.with(|here| here.replace(Some(inbox.clone())));
        let _restore = Restore(outer);
        job()
    }

    /// The loop whose time stands still.
    pub fn waited_for_by(&self) -> Option<EventLoopProxy> {
        self.0.clone().map(EventLoopProxy::new)
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

/// Work that waits for its own loop, and so is not waited for until this is dropped.
///
/// Whoever ends the wait drops it, rather than the thread that has waited: the loop must not get ahead in between.
#[must_use = "the work goes on when this is dropped"]
pub struct PausedWork(Arc<Inbox>);

impl PausedWork {
    /// Pauses what this thread [runs](OutsideWork::run), if it is work of the loop of `proxy`.
    pub fn pause(proxy: &EventLoopProxy) -> Option<Self> {
        let here = HERE.with(|here| here.borrow().clone())?;
        if EventLoopProxy::new(here.clone()) != *proxy {
            return None;
        }
        here.end_work();
        Some(PausedWork(here))
    }
}

impl Drop for PausedWork {
    fn drop(&mut self) {
        self.0.begin_work();
    }
}

impl fmt::Debug for PausedWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<PausedWork>")
    }
}

thread_local! {
    /// The loop whose work this thread does.
    static HERE: RefCell<Option<Arc<Inbox>>> = const { RefCell::new(None) };
}
