//! [`Ready`]: what is scheduled for the next iteration, and [`Entry`], one thing of it.

use std::collections::VecDeque;

use async_task::Runnable;

use crate::events::Handle;
use crate::schedule::LoopRef;

/// The ready queue: first in, first out. A step takes one word of it, because nearly everything is a step.
#[derive(Default)]
pub(crate) struct Ready {
    /// The steps; where there is none, the next one of the `others` has its turn.
    order: VecDeque<Option<Runnable<LoopRef>>>,
    /// No steps.
    others: VecDeque<Entry>,
}

/// One entry of the ready queue.
pub(crate) enum Entry {
    /// The next step of a task.
    Step(Runnable<LoopRef>),
    /// A callback of this thread.
    Call(Handle),
    /// A timer without a handle, by its number; as long as the others, because then entries are moved word by word.
    Timer(u64),
    /// A callback from another thread, by its number.
    Threadsafe(u64),
    /// A request from another thread to stop.
    Stop,
}

impl Ready {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    #[inline]
    pub(crate) fn push_back(&mut self, entry: Entry) {
        match entry {
            Entry::Step(runnable) => self.push_step(runnable),
            other => {
                self.order.push_back(None);
                self.others.push_back(other);
            }
        }
    }

    #[inline]
    pub(crate) fn push_step(&mut self, runnable: Runnable<LoopRef>) {
        self.order.push_back(Some(runnable));
    }

    pub(crate) fn pop_front(&mut self) -> Option<Entry> {
        match self.pop_step()? {
            Some(runnable) => Some(Entry::Step(runnable)),
            None => self.pop_other(),
        }
    }

    /// Removes the first entry if it is a step. If it is another one, [`pop_other`](Ready::pop_other) has to follow.
    #[inline]
    pub(crate) fn pop_step(&mut self) -> Option<Option<Runnable<LoopRef>>> {
        self.order.pop_front()
    }

    pub(crate) fn pop_other(&mut self) -> Option<Entry> {
        self.others.pop_front()
    }

    /// Puts `callbacks` before everything else.
    pub(crate) fn prepend(&mut self, callbacks: Vec<Handle>) {
        for handle in callbacks.into_iter().rev() {
            self.order.push_front(None);
            self.others.push_front(Entry::Call(handle));
        }
    }

    /// All entries in their order, as far as they are steps.
    pub(crate) fn steps(&mut self) -> &mut [Option<Runnable<LoopRef>>] {
        self.order.make_contiguous()
    }

    /// Gives back the memory of a crowd that is gone.
    #[inline]
    pub(crate) fn shrink(&mut self) {
        if self.order.capacity() > KEPT && self.order.len() <= KEPT / 2 {
            self.order.shrink_to(KEPT);
            self.others.shrink_to(KEPT);
        }
    }
}

/// So many places are not given back: 64 KiB of steps, less than what a malloc of the system asks its kernel for.
const KEPT: usize = 1 << 13;
