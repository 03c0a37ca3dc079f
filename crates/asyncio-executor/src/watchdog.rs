//! The watchdog: a thread that reports a step which blocks the loop while it still does. asyncio has no such thing;
//! its debug mode reports a slow step when it is over.
//!
//! The loop says under a lock which step it is in. The thread sleeps while no step runs: it is woken at most once per
//! limit, so that a busy loop hardly ever pays for a wake-up.

use std::fmt::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::base_events::EventLoop;
use crate::exceptions::{Result, ValueError};
use crate::log;
use crate::observe::{Step, StepObserver};

/// The thread and what it looks at. Dropped, it ends and joins the thread.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    limit: Duration,
    watched: Mutex<Watched>,
    changed: Condvar,
}

/// What goes on in the loop, as the thread sees it.
#[derive(Default)]
struct Watched {
    /// When the step that is running began; `None` between steps.
    since: Option<Instant>,
    /// Which step that is: how many there were before it.
    number: u64,
    /// Whether it was reported.
    reported: bool,
    /// What is running, and what it runs in; the rest is kept for its memory.
    texts: Vec<String>,
    /// How many of the texts are in use.
    depth: usize,
    /// Whether the thread waits for a step to begin.
    parked: bool,
    /// Whether the thread is to end.
    ended: bool,
}

impl Watchdog {
    pub(crate) fn start(limit: Duration) -> Result<Self> {
        let shared = Arc::new(Shared {
            limit,
            watched: Mutex::default(),
            changed: Condvar::new(),
        });
        let thread = thread::Builder::new().name("asyncio-watchdog".into());
        let watching = shared.clone();
        let thread = thread.spawn(move || watching.watch())?;
        Ok(Watchdog {
            shared,
            thread: Some(thread),
        })
    }
}

/// A limit in seconds.
///
/// # Errors
///
/// `ValueError` unless it is a finite time above zero.
pub(crate) fn limit(seconds: f64) -> Result<Duration, ValueError> {
    let limit = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    if limit.is_zero() {
        let text = "a watchdog needs a finite limit above zero";
        return Err(ValueError::with_message(text));
    }
    Ok(limit)
}

impl StepObserver for Watchdog {
    fn begins(&self, _event_loop: &EventLoop, step: &Step, _now: f64) {
        let mut watched = self.shared.lock();
        watched.push(step);
        if watched.depth > 1 {
            return;
        }
        watched.since = Some(Instant::now());
        watched.number += 1;
        watched.reported = false;
        if std::mem::take(&mut watched.parked) {
            self.shared.changed.notify_one();
        }
    }

    fn ends(&self, _event_loop: &EventLoop, step: &Step, _took: f64) {
        let mut watched = self.shared.lock();
        watched.depth -= 1;
        if watched.depth > 0 {
            return;
        }
        let since = watched.since.take();
        let reported = watched.reported;
        drop(watched);
        if let (true, Some(since)) = (reported, since) {
            let took = log::fixed(since.elapsed().as_secs_f64(), 3);
            log::warning(format_args!(
                "watchdog: {step:?} blocked the event loop for {took} seconds"
            ));
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It catches what a logger throws, so there is no panic to pass on.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// The thread.
    fn watch(&self) {
        let mut watched = self.lock();
        while !watched.ended {
            let Some(since) = watched.since.filter(|_| !watched.reported) else {
                watched = self.wait(watched);
                continue;
            };
            let running = since.elapsed();
            if running < self.limit {
                watched = self.wait_for(watched, self.limit - running);
                continue;
            }
            watched.reported = true;
            let text = watched.report(running);
            drop(watched);
            log::warning(format_args!("{text}"));
            watched = self.lock();
        }
    }

    /// Waits for the next step, or for the end.
    fn wait<'a>(&self, mut watched: MutexGuard<'a, Watched>) -> MutexGuard<'a, Watched> {
        watched.parked = true;
        let woken = self.changed.wait(watched);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the step go on for a while; only the end comes earlier.
    fn wait_for<'a>(
        &self,
        watched: MutexGuard<'a, Watched>,
        time: Duration,
    ) -> MutexGuard<'a, Watched> {
        let woken = self.changed.wait_timeout(watched, time);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn push(&mut self, step: &Step) {
        if self.texts.len() == self.depth {
            self.texts.push(String::new());
        }
        let text = &mut self.texts[self.depth];
        text.clear();
        let _ = write!(text, "{step:?}");
        self.depth += 1;
    }

    fn report(&self, running: Duration) -> String {
        let seconds = log::fixed(running.as_secs_f64(), 3);
        let mut text = format!("watchdog: the event loop has been blocked for {seconds} seconds");
        for (place, step) in self.texts[..self.depth].iter().rev().enumerate() {
            let by = if place == 0 { " by" } else { ", inside of" };
            let _ = write!(text, "{by} {step}");
        }
        text
    }
}
