//! [`Awaiters`]: who awaits a future, as its callbacks tell.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use asyncio_executor::EventLoop;
use asyncio_executor::layer::LoopLayer;

use super::awaited_by::AwaitedBy;
use crate::callbacks::Awaiter;
use crate::state::AnyFuture;
use crate::tasks::tasks_of;

/// Leads from a future to those who await it, while nothing runs.
pub(crate) struct Awaiters {
    /// The suspended tasks, by the data of their wakers.
    wakers: HashMap<*const (), Rc<dyn AnyFuture>>,
    /// The tasks that await a future, by its address: for those whose waker is not their own, as in `FuturesUnordered`.
    awaiting: HashMap<usize, Vec<Rc<dyn AnyFuture>>>,
    /// What the program said.
    told: Rc<AwaitedBy>,
}

impl Awaiters {
    /// Looks at each unfinished task of `event_loop` once.
    pub(crate) fn of(event_loop: &EventLoop) -> Self {
        let mut awaiters = Awaiters {
            wakers: HashMap::new(),
            awaiting: HashMap::new(),
            told: event_loop.extension(),
        };
        for task in tasks_of(event_loop) {
            awaiters.add(task.future());
        }
        awaiters
    }

    fn add(&mut self, task: &Rc<dyn AnyFuture>) {
        let Some(part) = task.as_task() else {
            return;
        };
        if let Some(data) = part.waker_data() {
            self.wakers.insert(data, task.clone());
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
        let mut seen = HashSet::from([future.id()]);
        let mut left = vec![future.clone()];
        while let Some(future) = left.pop() {
            let mut composites = Vec::new();
            for awaiter in self.direct(&future) {
                if awaiter.as_task().is_none() && seen.insert(awaiter.id()) {
                    composites.push(awaiter);
                } else if awaiter.as_task().is_some() && seen.insert(awaiter.id()) {
                    found.push(awaiter);
                }
            }
            left.extend(composites.into_iter().rev());
        }
        found
    }

    fn direct(&self, future: &Rc<dyn AnyFuture>) -> Vec<Rc<dyn AnyFuture>> {
        let found = RefCell::new(Vec::new());
        future.core().awaiters(&mut |awaiter| {
            found.borrow_mut().extend(match awaiter {
                Awaiter::Future(future) => Some(future),
                Awaiter::Waker(data) => self.wakers.get(&data).cloned(),
            });
        });
        let mut found = found.into_inner();
        found.extend(
            self.awaiting
                .get(&future.id())
                .into_iter()
                .flatten()
                .cloned(),
        );
        found.extend(self.told.waiters_of(future));
        found
    }
}
