//! The end of a loop: everything that is scheduled is dropped, and every task that is not done.

use super::{Entry, LoopState, Phase};
use crate::inbox::Mail;

impl LoopState {
    pub(super) fn close(&self) {
        if self.phase.replace(Phase::Closed) == Phase::Closed {
            return;
        }
        self.inbox.close();
        self.drop_tasks();
        drop(std::mem::take(&mut *self.ready.borrow_mut()));
        drop(self.timers.take());
        drop(self.extensions.take());
        drop(self.readers.take());
        self.address.release();
    }

    /// Drops the coroutines of the unfinished tasks, which are found as their runnables: invariant 2 of
    /// `schedule.rs` says that each has exactly one after it was woken.
    fn drop_tasks(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let mut left = tasks.len();
        for (_, task) in &tasks {
            // A task that has not suspended yet has its runnable already.
            if let Some(waker) = task.waker() {
                waker.wake();
            }
        }
        loop {
            left -= self.drop_ready_steps();
            if left == 0 {
                break;
            }
            // The runnable is on its way from another thread, which notifies the inbox when it is there.
            let _ = self.select_blocking(None);
            self.inbox.take_notice();
        }
        for (_, task) in &tasks {
            task.destroyed();
        }
    }

    /// Drops what is ready or in the inbox; returns how many steps were among it.
    fn drop_ready_steps(&self) -> usize {
        let mut steps = 0;
        loop {
            let entry = self.ready.borrow_mut().pop_front();
            let step = match entry {
                Some(Entry::Step(runnable)) => runnable,
                Some(other) => {
                    drop(other);
                    continue;
                }
                None => match self.inbox.pop() {
                    Some(Mail::Step(runnable)) => runnable,
                    Some(other) => {
                        drop(other);
                        continue;
                    }
                    None => return steps,
                },
            };
            drop(step);
            steps += 1;
        }
    }
}

impl Drop for LoopState {
    fn drop(&mut self) {
        if self.phase.get() != Phase::Closed {
            crate::log::warning(format_args!("unclosed event loop"));
            self.close();
        }
    }
}
