//! One iteration of the loop. Mirrors `BaseEventLoop._run_once`.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use asyncio_reactor::VirtualClock;

use super::layers::LoopLayer;
use super::{Entry, EventLoop, LoopState, Phase};
use crate::deadlock::DeadlockError;
use crate::desk::Stage;
use crate::events::Handle;
use crate::exception_handler::ignoring;
use crate::exceptions::{Error, Result};
use crate::observe::{ObservedStep, Step};
use crate::readers::Readers;
use crate::timers::{What, ringing};

impl EventLoop {
    /// One iteration, in CPython's order: select, descriptors' callbacks, due timers, and then exactly the entries
    /// that are ready now.
    pub(super) fn run_once(&self) -> Result<()> {
        let state = &*self.0;
        if state.inbox.has_notice() {
            state.read_mail();
        }
        if state.timers.has_cancelled() {
            drop_handles(state.timers.purge());
        }
        if state.must_poll() {
            self.poll()?;
        }
        if let Some(deal) = &state.shuffle {
            deal(&mut state.ready.borrow_mut());
        }
        let count = state.ready.borrow().len();
        state.pace.count(count);
        self.run_ready(count);
        if state.stopping.get() {
            self.run_ready(state.advance_waiting());
        }
        Ok(())
    }

    /// Runs the first `count` entries. Callbacks and steps have nets of their own; this one is below the destructors and
    /// wakers of the program.
    fn run_ready(&self, count: usize) {
        let left = Cell::new(count);
        while let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.run_entries(&left))) {
            self.stray_panic(Error::from_panic(payload));
        }
    }

    fn run_entries(&self, left: &Cell<usize>) {
        while left.get() > 0 && !self.0.interrupted.get() {
            left.set(left.get() - 1);
            let next = self.0.ready.borrow_mut().pop_step();
            match next {
                // The crate of the task announces the step to those who observe.
                Some(Some(runnable)) => {
                    runnable.run();
                }
                Some(None) => self.run_other(),
                None => break,
            }
        }
    }

    #[inline(never)] // so that it is out of the way of the steps
    fn run_other(&self) {
        let entry = self.0.ready.borrow_mut().pop_other();
        if let Some(entry) = entry {
            self.run_entry(entry);
        }
    }

    fn run_entry(&self, entry: Entry) {
        match entry {
            Entry::Step(runnable) => {
                runnable.run();
            }
            Entry::Call(handle) if handle.cancelled() => drop(handle),
            Entry::Call(handle) => {
                let _observed = self.observe(|| Step::Callback(handle.clone()));
                if let Err(error) = handle.run() {
                    self.callback_failed(error, handle);
                }
            }
            Entry::Timer(slot) => self.run_timer(slot as u32),
            Entry::Threadsafe(number) => {
                let _observed = self.observe_call(number);
                self.run_threadsafe(number);
            }
            Entry::Stop => self.stop(),
        }
    }

    /// Nobody is told of a call that was cancelled.
    fn observe_call(&self, number: u64) -> Option<ObservedStep> {
        let inbox = &self.0.inbox;
        if !self.is_observed() || inbox.stage(number) != Stage::Scheduled {
            return None;
        }
        self.observe(|| Step::Threadsafe(inbox.handle(number)))
    }

    fn run_timer(&self, slot: u32) {
        match self.0.timers.begin(slot) {
            What::Wake(waker) => waker.wake(),
            What::Ring(alarm) => self.run_entry(Entry::Call(ringing(alarm))),
            What::Call(_) | What::Nothing => {}
        }
    }

    /// Looks for due timers and ready descriptors, and waits for them if nothing else is ready.
    fn poll(&self) -> Result<()> {
        let state = &*self.0;
        state.ready.borrow_mut().shrink();
        let busy = !state.ready.borrow().is_empty() || state.stopping.get();
        self.keep_pace(busy);
        let next = state.timers.next();
        if !busy {
            state.shrink();
        }
        if state.take_waiting() {
            // The last look found so much that the next one comes later.
        } else if busy {
            state.select(Some(Duration::ZERO))?;
        } else if let Some(clock) = state.clock.as_virtual() {
            self.select_virtual(clock, next)?;
        } else {
            state.select_blocking(next.map(|when| self.until(when)))?;
        }
        if state.inbox.has_notice() {
            state.read_mail();
        }
        if next.is_some() {
            self.collect_timers();
        }
        Ok(())
    }

    fn keep_pace(&self, busy: bool) {
        let pace = &self.0.pace;
        if busy && !pace.is_exact() && !self.0.virtual_time {
            pace.look(self.time());
        } else {
            pace.rest();
        }
    }

    /// In virtual time nobody sleeps: if nothing happens now, the next deadline does. But work elsewhere takes real
    /// time, in which virtual time stands still.
    fn select_virtual(&self, clock: &VirtualClock, next: Option<f64>) -> Result<()> {
        let state = &*self.0;
        if next.is_some_and(|when| when < state.due_before(clock.time())) {
            return state.select(Some(Duration::ZERO));
        }
        if state.inbox.has_outside_work() {
            return state.select_blocking(None);
        }
        state.select_settled()?;
        if !state.is_quiet() {
            return Ok(());
        }
        match next.filter(|when| *when < f64::INFINITY) {
            Some(when) => clock.advance_to(when),
            None if state.waits_for_system() => return state.select_blocking(None),
            None => return Err(DeadlockError::new(&self.tasks()).into()),
        }
        Ok(())
    }

    /// How long to wait for the time `when`.
    fn until(&self, when: f64) -> Duration {
        Duration::from_secs_f64((when - self.time()).clamp(0.0, MAXIMUM_SELECT_TIMEOUT))
    }

    fn collect_timers(&self) {
        let state = &*self.0;
        let end = state.due_before(self.time());
        let mut ready = state.ready.borrow_mut();
        state.timers.collect(end, |entry| ready.push_back(entry));
    }
}

impl LoopState {
    /// Appends what other threads have sent.
    pub(crate) fn read_mail(&self) {
        let mut post = self.post.borrow_mut();
        let mut ready = self.ready.borrow_mut();
        self.inbox
            .collect(&mut post, |entry| ready.push_back(entry));
    }

    /// The loop has nothing to do: it gives back the memory of tasks and timers that are gone.
    fn shrink(&self) {
        self.timers.shrink();
        self.tasks.borrow_mut().shrink();
    }

    /// Whether this iteration looks at descriptors and timers although something may be ready.
    fn must_poll(&self) -> bool {
        self.ready.borrow().is_empty()
            || self.pace.is_due()
            || self.stopping.get()
            || self.virtual_time
            || self.alarm.load(Ordering::Relaxed)
            || self
                .timers
                .next()
                .is_some_and(|when| when < self.due_before(self.cached_now.get()))
    }

    /// Whether a signal has come since the last call.
    fn take_alarm(&self) -> bool {
        self.alarm.load(Ordering::Relaxed) && self.alarm.swap(false, Ordering::AcqRel)
    }

    /// Timers before this time are due at `now` (LOOP-04).
    fn due_before(&self, now: f64) -> f64 {
        let ulp = now.abs().next_up() - now.abs();
        now + self.clock_resolution.max(ulp)
    }

    pub(super) fn select_blocking(&self, timeout: Option<Duration>) -> Result<()> {
        if timeout == Some(Duration::ZERO) || !self.inbox.fall_asleep() {
            return self.select(Some(Duration::ZERO));
        }
        let selected = self.select(timeout);
        self.inbox.wake_up();
        selected
    }

    /// Looks for events until none can be on their way from this program to itself: the system delivers what goes
    /// over a pipe or a loopback connection within the call that sends it, unless its own work has piled up, and
    /// then does so as soon as it gets the processor.
    fn select_settled(&self) -> Result<()> {
        self.select(Some(Duration::ZERO))?;
        for _ in 0..SETTLING_LOOKS {
            if !self.waits_for_system() || !self.is_quiet() {
                break;
            }
            thread::yield_now();
            self.select(Some(Duration::ZERO))?;
        }
        Ok(())
    }

    /// Whether nothing is ready and nobody has sent anything.
    fn is_quiet(&self) -> bool {
        self.ready.borrow().is_empty() && !self.inbox.has_notice()
    }

    /// Whether a descriptor is watched that is not the loop's own.
    fn waits_for_system(&self) -> bool {
        let readers = self.readers.borrow();
        readers.as_ref().is_some_and(|readers| !readers.is_empty())
    }

    /// Waits for descriptors and appends their callbacks. Spares the system call if it could do nothing.
    fn select(&self, timeout: Option<Duration>) -> Result<()> {
        // Before looking: a signal that comes later sets it again.
        let alarmed = self.take_alarm();
        let mut slot = self.readers.borrow_mut();
        let readers = slot.as_mut().expect("a running loop is not closed");
        if readers.is_empty() && timeout == Some(Duration::ZERO) && !alarmed {
            return Ok(());
        }
        readers.select(timeout)?;
        let mut ready = self.ready.borrow_mut();
        let at_once = self.callbacks_at_once(ready.len());
        let cancelled = readers.take_ready(at_once, |handle| ready.push_back(Entry::Call(handle)));
        self.note_waiting(readers);
        drop((ready, slot));
        drop_handles(cancelled);
        Ok(())
    }

    /// Appends more callbacks of what the last `select` found, if there are any.
    fn take_waiting(&self) -> bool {
        let mut slot = self.readers.borrow_mut();
        let Some(readers) = slot.as_mut().filter(|readers| readers.has_waiting()) else {
            return false;
        };
        let mut ready = self.ready.borrow_mut();
        readers.take_waiting(self.callbacks_at_once(ready.len()), |handle| {
            ready.push_back(Entry::Call(handle));
        });
        self.note_waiting(readers);
        true
    }

    /// Puts the callbacks that still wait before all that is ready, and says how many they are: the last iteration of a run
    /// leaves none of what its `select` found.
    fn advance_waiting(&self) -> usize {
        let mut slot = self.readers.borrow_mut();
        let mut waiting = Vec::new();
        if let Some(readers) = slot.as_mut() {
            readers.take_waiting(usize::MAX, |handle| waiting.push(handle));
        }
        let count = waiting.len();
        self.ready.borrow_mut().prepend(waiting);
        count
    }

    /// While callbacks wait, the next iteration is one that looks.
    fn note_waiting(&self, readers: &Readers) {
        if readers.has_waiting() {
            self.pace.hurry();
        }
    }

    /// How many descriptors' callbacks run in the coming iteration, in which so much else runs. If that is more than what the
    /// last ones may have scheduled, as many as it is: busy tasks do not hold descriptors up.
    fn callbacks_at_once(&self, ready: usize) -> usize {
        if self.pace.is_exact() || self.virtual_time || self.is_ending() {
            return usize::MAX;
        }
        let limit = match self.received_much.replace(false) {
            true => LARGE_READS_AT_ONCE,
            false => CALLBACKS_AT_ONCE,
        };
        let at_once = limit.max(ready.saturating_sub(self.callbacks_at_once.get()));
        self.callbacks_at_once.set(at_once);
        at_once
    }

    /// Whether no further iteration can be counted on.
    fn is_ending(&self) -> bool {
        self.stopping.get() || self.phase.get() != Phase::Running
    }
}

/// Drops cancelled handles, with contexts that may hold values of the program.
fn drop_handles(handles: Vec<Handle>) {
    if !handles.is_empty() {
        ignoring("Exception ignored while a handle was dropped", || {
            drop(handles)
        });
    }
}

/// No wait is longer than this many seconds; CPython's number (LOOP-03).
const MAXIMUM_SELECT_TIMEOUT: f64 = 24.0 * 3600.0;

/// More gain nothing, and with 500 connections they cost what the processor's cache cannot hold of the connections
/// themselves.
const CALLBACKS_AT_ONCE: usize = 32;

/// While connections receive much, so few that the tasks find it in the processor's cache. If 500 connections receive
/// 100 KiB each and all are read before the first task answers, an echo through streams costs twice as much.
const LARGE_READS_AT_ONCE: usize = 4;

/// How often virtual time looks once more at the descriptors before it jumps. Once has always been enough.
const SETTLING_LOOKS: usize = 2;
