//! The end of a loop: everything that is scheduled is dropped, and every task that is not done.

use super::{Entry, EventLoop, LoopState, Phase};
use crate::exception_handler::ignoring;

impl LoopState {
    pub(super) fn close(&self) {
        if self.phase.replace(Phase::Closed) == Phase::Closed {
            return;
        }
        self.inbox.close();
        self.drop_tasks();
        drop_each(self.timers.clear());
        drop_each(self.extensions.take());
        if let Some(readers) = self.readers.take() {
            drop_each(readers.into_handles());
        }
        self.slow_steps.take();
        self.watchdog.take();
        self.observers.clear();
        self.inbox.forget_notifier();
        self.address.release();
    }

    /// Drops the coroutines of the unfinished tasks, which are found as their runnables: invariant 2 of
    /// `schedule.rs` says that each has exactly one after it was woken.
    fn drop_tasks(&self) {
        let tasks = std::mem::take(&mut **self.tasks.borrow_mut());
        let mut left = tasks.len();
        for (_, task) in &tasks {
            // A task that has not suspended yet has its runnable already.
            if let Some(waker) = task.waker() {
                waker.wake();
            }
        }
        loop {
            left = left.saturating_sub(self.drop_ready_steps());
            // A task whose poll has panicked has no future any more, and no runnable.
            if left == 0 || self.address.futures() == 0 {
                break;
            }
            // The runnable is on its way from another thread, which notifies the inbox when it is there.
            let _ = self.select_blocking(None);
        }
        for (_, task) in &tasks {
            task.clone().destroyed();
        }
        drop_each(tasks.into_iter().map(|(_, task)| task));
    }

    /// Drops what is ready or in the inbox; returns how many steps were among it.
    fn drop_ready_steps(&self) -> usize {
        let mut steps = 0;
        while let Some(entry) = self.next_entry() {
            steps += usize::from(matches!(entry, Entry::Step(_)));
            match entry {
                Entry::Threadsafe(number) => self.inbox.discard_call(number, drop_caught),
                entry => drop_caught(entry),
            }
        }
        steps
    }

    fn next_entry(&self) -> Option<Entry> {
        if self.ready.borrow().is_empty() {
            self.read_mail();
        }
        self.ready.borrow_mut().pop_front()
    }
}

impl EventLoop {
    /// The thread ends. A loop that is running now is one whose program ends the process from inside.
    pub(crate) fn close_unclosed(&self) {
        if self.0.phase.get() == Phase::Idle {
            self.0.warn_unclosed();
            // It does not run, so this succeeds.
            let _ = self.close();
        }
    }
}

impl LoopState {
    fn warn_unclosed(&self) {
        let (debug, location) = (self.debug.get(), self.location);
        crate::log::warning(format_args!(
            "unclosed event loop <EventLoop running=false closed=false debug={debug} created at {location}>"
        ));
    }
}

impl Drop for LoopState {
    fn drop(&mut self) {
        if self.phase.get() != Phase::Closed {
            self.warn_unclosed();
            self.close();
        }
    }
}

fn drop_each<T>(values: impl IntoIterator<Item = T>) {
    values.into_iter().for_each(drop_caught);
}

/// Drops a value of the program. A destructor that panics must not keep the loop from closing.
fn drop_caught<T>(value: T) {
    const MESSAGE: &str = "Exception ignored while a closing event loop dropped what was scheduled";
    ignoring(MESSAGE, || drop(value));
}
