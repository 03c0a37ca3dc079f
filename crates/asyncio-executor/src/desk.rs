//! [`Desk`]: the callbacks from other threads that the loop has taken out of its letterbox, until they are over.
//!
//! A callback is a number to those who may cancel it. So nothing is allocated or counted for its handle, and of what a
//! sender writes the loop writes nothing.

use std::collections::VecDeque;
use std::mem;
use std::sync::PoisonError;

use crate::exceptions::Result;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::threadsafe_handle::Job;

/// Where callbacks wait for their turn, and where one waits for the end of the one that runs.
#[derive(Default)]
pub(crate) struct Desk {
    calls: Mutex<Calls>,
    /// Whoever waits for the end of a callback.
    over: Condvar,
}

#[derive(Default)]
struct Calls {
    /// In the order of their numbers. One that is cancelled, or had its turn early, keeps its place until it is the first.
    ahead: VecDeque<(u64, Option<Job>)>,
    /// The one that runs.
    running: Option<u64>,
    /// Whether somebody waits for its end.
    is_awaited: bool,
}

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
    /// The loop's side: puts down the callbacks of a batch, which come after all that are here.
    pub(crate) fn receive(&self) -> Receiving<'_> {
        let mut calls = self.lock();
        if calls.ahead.is_empty() && calls.ahead.capacity() > MAX_KEPT {
            calls.ahead = VecDeque::new();
        }
        Receiving(calls)
    }

    /// The loop's side: runs a callback, unless it was cancelled.
    pub(crate) fn run(&self, number: u64) -> Result<()> {
        let mut calls = self.lock();
        let Some(job) = calls.take(number) else {
            return Ok(());
        };
        calls.running = Some(number);
        drop(calls);
        let _running = Running(self);
        job.run()
    }

    /// Takes back a callback that has not begun. Waits for the end of one that runs, but not inside of it.
    pub(crate) fn take_back(&self, number: u64, is_home: bool) -> Option<Job> {
        let mut calls = self.lock();
        let job = calls.take(number);
        while calls.running == Some(number) && !is_home {
            calls.is_awaited = true;
            let woken = self.over.wait(calls);
            calls = woken.unwrap_or_else(PoisonError::into_inner);
        }
        job
    }

    pub(crate) fn stage(&self, number: u64) -> Stage {
        let calls = self.lock();
        let is_ahead = |index: usize| calls.ahead[index].1.is_some();
        if calls.running == Some(number) {
            Stage::Running
        } else if calls.find(number).is_some_and(is_ahead) {
            Stage::Scheduled
        } else {
            Stage::Over
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    fn take(&mut self, number: u64) -> Option<Job> {
        let job = match self.ahead.front_mut() {
            Some((first, job)) if *first == number => job.take(),
            _ => self
                .find(number)
                .and_then(|index| self.ahead[index].1.take()),
        };
        while let Some((_, None)) = self.ahead.front() {
            self.ahead.pop_front();
        }
        job
    }

    fn find(&self, number: u64) -> Option<usize> {
        let found = self
            .ahead
            .binary_search_by_key(&number, |(other, _)| *other);
        found.ok()
    }
}

/// The desk, while a batch is put down.
pub(crate) struct Receiving<'a>(MutexGuard<'a, Calls>);

impl Receiving<'_> {
    pub(crate) fn put(&mut self, number: u64, job: Job) {
        self.0.ahead.push_back((number, Some(job)));
    }
}

/// The time in which a callback runs.
struct Running<'a>(&'a Desk);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut calls = self.0.lock();
        calls.running = None;
        if mem::take(&mut calls.is_awaited) {
            self.0.over.notify_all();
        }
    }
}

/// For how many callbacks the room is kept: 40 KiB.
const MAX_KEPT: usize = 1024;
