//! [`Desk`]: the callbacks from other threads that the loop has taken out of its letterbox, until they are over.
//!
//! A callback is a number to those who may cancel it. So nothing is allocated or counted for its handle, and of what a
//! sender writes the loop writes nothing.

use std::collections::VecDeque;
use std::sync::PoisonError;

use crate::exceptions::Result;
use crate::inbox::most_kept;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::threadsafe_handle::Job;

/// Where callbacks wait for their turn, and where one waits for the end of the one that runs.
pub(crate) struct Desk {
    ahead: Mutex<Ahead>,
    /// The number of the one that runs, with [`AWAITED`] if somebody waits for its end; else [`NOTHING`]. Set, and
    /// waited for, with the calls locked; its end locks only if it is waited for.
    running: AtomicU64,
    over: Condvar,
}

/// The callbacks that have not begun, in the order of their numbers. One that is cancelled, or had its turn early, keeps
/// its place until it is the first.
#[derive(Default)]
struct Ahead(VecDeque<(u64, Option<Job>)>);

/// Where a callback is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has not run yet.
    Scheduled,
    /// The loop's thread is inside of it.
    Running,
    /// It has returned, or will never run.
    Over,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Desk {
            ahead: Mutex::default(),
            running: AtomicU64::new(NOTHING),
            over: Condvar::new(),
        }
    }

    /// The loop's side: puts down the callbacks of a batch of `count`, which come after all that are here.
    pub(crate) fn receive(&self, count: usize) -> Receiving<'_> {
        let mut ahead = self.lock();
        if ahead.0.is_empty() && ahead.0.capacity() > most_kept(count) {
            ahead.0 = VecDeque::new();
        }
        Receiving(ahead)
    }

    /// The loop's side: runs a callback, unless it was cancelled.
    pub(crate) fn run(&self, number: u64) -> Result<()> {
        match self.begin(number) {
            Some((job, _running)) => job.run(),
            None => Ok(()),
        }
    }

    /// The loop's side: hands a callback that is not to run to `drop`. Who cancels it meanwhile waits as for one that runs.
    pub(crate) fn discard(&self, number: u64, drop: impl FnOnce(Job)) {
        if let Some((job, _running)) = self.begin(number) {
            drop(job);
        }
    }

    #[inline]
    fn begin(&self, number: u64) -> Option<(Job, Running<'_>)> {
        let mut ahead = self.lock();
        let job = ahead.take(number)?;
        self.running.store(number, Ordering::Relaxed);
        Some((job, Running(self)))
    }

    /// Takes back a callback that has not begun. Waits for the end of one that runs, but not inside of it.
    pub(crate) fn take_back(&self, number: u64, is_home: bool) -> Option<Job> {
        let mut ahead = self.lock();
        let job = ahead.take(number);
        while !is_home && self.is_awaited(number) {
            let woken = self.over.wait(ahead);
            ahead = woken.unwrap_or_else(PoisonError::into_inner);
        }
        job
    }

    /// If that callback runs, has its end announced.
    fn is_awaited(&self, number: u64) -> bool {
        let (from, to) = (number, number | AWAITED);
        let running = &self.running;
        match running.compare_exchange(from, to, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => true,
            Err(other) => other == to,
        }
    }

    pub(crate) fn stage(&self, number: u64) -> Stage {
        let ahead = self.lock();
        let is_ahead = |index: usize| ahead.0[index].1.is_some();
        if self.running.load(Ordering::Relaxed) & !AWAITED == number {
            Stage::Running
        } else if ahead.find(number).is_some_and(is_ahead) {
            Stage::Scheduled
        } else {
            Stage::Over
        }
    }

    fn lock(&self) -> MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ahead {
    fn take(&mut self, number: u64) -> Option<Job> {
        let job = match self.0.front() {
            Some((first, _)) if *first == number => self.0.pop_front()?.1,
            _ => self.find(number).and_then(|index| self.0[index].1.take()),
        };
        while let Some((_, None)) = self.0.front() {
            self.0.pop_front();
        }
        job
    }

    fn find(&self, number: u64) -> Option<usize> {
        let found = self.0.binary_search_by_key(&number, |(other, _)| *other);
        found.ok()
    }
}

/// The desk, while a batch is put down.
pub(crate) struct Receiving<'a>(MutexGuard<'a, Ahead>);

impl Receiving<'_> {
    #[inline]
    pub(crate) fn put(&mut self, number: u64, job: Job) {
        self.0.0.push_back((number, Some(job)));
    }
}

/// The time in which a callback runs.
struct Running<'a>(&'a Desk);

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        let number = self.0.running.swap(NOTHING, Ordering::AcqRel);
        if number & AWAITED != 0 {
            // Whoever has asked for it waits by the time that this is locked.
            let _ahead = self.0.lock();
            self.0.over.notify_all();
        }
    }
}

/// No callback has a number with this bit.
const AWAITED: u64 = 1 << 63;
/// Nor this one.
const NOTHING: u64 = !0;
