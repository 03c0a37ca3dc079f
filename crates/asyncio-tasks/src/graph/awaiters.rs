//! [`Awaiters`]: who awaits a future, as its callbacks tell.

use std::rc::Rc;

use asyncio_executor::EventLoop;
use asyncio_executor::layer::LoopLayer;

use super::awaited_by::AwaitedBy;
use crate::by_address::ByAddress;
use crate::callbacks::Awaiter;
use crate::state::AnyFuture;
use crate::tasks::{AnyTask, tasks_of};

/// Leads from a future to those who await it, while nothing runs.
pub(crate) struct Awaiters {
    /// The suspended tasks, by the data of their wakers: one each.
    wakers: ByAddress<Vec<Rc<dyn AnyFuture>>>,
    /// The tasks that await a future, by its address: for those whose waker is not their own, as in `FuturesUnordered`.
    awaiting: ByAddress<Vec<Rc<dyn AnyFuture>>>,
    /// What the program said.
    told: Rc<AwaitedBy>,
}

impl Awaiters {
    /// Looks at each unfinished task of `event_loop` once.
    pub(crate) fn of(event_loop: &EventLoop) -> Self {
        Awaiters::among(event_loop, &tasks_of(event_loop))
    }

    /// Looks at each of `tasks` once, which are all that are unfinished.
    pub(crate) fn among(event_loop: &EventLoop, tasks: &[AnyTask]) -> Self {
        let mut awaiters = Awaiters {
            wakers: ByAddress::with_capacity_and_hasher(tasks.len(), Default::default()),
            awaiting: ByAddress::default(),
            told: event_loop.extension(),
        };
        for task in tasks {
            awaiters.add(task.future());
        }
        awaiters
    }

    fn add(&mut self, task: &Rc<dyn AnyFuture>) {
        let Some(part) = task.as_task() else {
            return;
        };
        if let Some(data) = part.waker_data() {
            self.wakers.insert(data.addr(), vec![task.clone()]);
        }
        if let Some(awaited) = part.awaited() {
            let tasks = self.awaiting.entry(awaited.id()).or_default();
            tasks.push(task.clone());
        }
    }

    /// Those who await `future`, each once, in the order in which they came. Behind a composite's own future stand those who
    /// await that one.
    pub(crate) fn of_future(&self, future: &Rc<dyn AnyFuture>) -> Vec<Rc<dyn AnyFuture>> {
        let mut found = Vec::new();
        self.direct(future, &mut found);
        // Most are awaited by at most one task.
        match &found[..] {
            [] => return found,
            [only] if only.as_task().is_some() => return found,
            _ => {}
        }
        let mut seen = ByAddress::default();
        seen.insert(future.id(), ());
        let mut tasks = Vec::new();
        let mut left: Vec<_> = found.drain(..).rev().collect();
        while let Some(awaiter) = left.pop() {
            if seen.insert(awaiter.id(), ()).is_some() {
                continue;
            }
            if awaiter.as_task().is_some() {
                tasks.push(awaiter);
            } else {
                self.direct(&awaiter, &mut found);
                left.extend(found.drain(..).rev());
            }
        }
        tasks
    }

    fn direct(&self, future: &Rc<dyn AnyFuture>, found: &mut Vec<Rc<dyn AnyFuture>>) {
        future.awaiters(&mut |awaiter| {
            found.extend(match awaiter {
                Awaiter::Future(future) => Some(future),
                Awaiter::Waker(data) => {
                    let tasks = self.wakers.get(&data.addr());
                    tasks.and_then(|tasks| tasks.first().cloned())
                }
            });
        });
        if let Some(tasks) = self.awaiting.get(&future.id()) {
            let new = |task: &&Rc<dyn AnyFuture>| !found.iter().any(|other| other.is(task));
            let new: Vec<_> = tasks.iter().filter(new).cloned().collect();
            found.extend(new);
        }
        found.extend(self.told.waiters_of(future));
    }
}
