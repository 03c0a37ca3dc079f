//! [`wait`] and [`as_completed`]: several futures at once. Mirrors those of `concurrent.futures`.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use asyncio_executor::{PausedWork, TimeoutError};

use super::future::{Future, deadline, wait_until};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::tasks::ReturnWhen;
use crate::timeouts::IntoTimeout;

/// Blocks until futures are done, and returns those that are and those that are not, each in the order of the argument:
/// `concurrent.futures.wait`. What is given twice is returned once. A timeout is no error.
///
/// ```
/// use asyncio_tasks::concurrent::{FIRST_COMPLETED, Future, wait};
///
/// let futures = [Future::new(), Future::new()];
/// futures[1].set_result("ready")?;
/// let (done, not_done) = wait(futures, None, FIRST_COMPLETED);
/// assert_eq!((done.len(), not_done.len()), (1, 1));
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
pub fn wait<T>(
    futures: impl IntoIterator<Item = Future<T>>,
    timeout: impl IntoTimeout,
    return_when: ReturnWhen,
) -> (Vec<Future<T>>, Vec<Future<T>>) {
    let deadline = timeout.into_timeout().and_then(deadline);
    let watched = Watched::new(futures);
    let mut arrived = watched.waiter.lock();
    while !arrived.are_enough(return_when, watched.futures.len()) {
        watched.pause(&mut arrived);
        let (woken, is_late) = wait_until(&watched.waiter.changed, arrived, deadline);
        arrived = woken;
        if is_late {
            break;
        }
    }
    arrived.paused = None;
    let mut is_done = vec![false; watched.futures.len()];
    for number in arrived.numbers.drain(..) {
        is_done[number] = true;
    }
    drop(arrived);
    let numbered = watched.futures.iter().cloned().zip(is_done);
    let (done, not_done): (Vec<_>, Vec<_>) = numbered.partition(|(_, is_done)| *is_done);
    let futures = |pairs: Vec<(Future<T>, bool)>| pairs.into_iter().map(|(future, _)| future);
    (futures(done).collect(), futures(not_done).collect())
}

/// The futures in the order in which they are done, blocking until the next one is: `concurrent.futures.as_completed`.
/// What is given twice comes once. The timeout counts from this call; after it comes one `TimeoutError`.
///
/// ```
/// use asyncio_tasks::concurrent::{Future, as_completed};
///
/// let futures = [Future::new(), Future::new()];
/// futures[1].set_result("first")?;
/// let mut completed = as_completed(futures, 0.001);
/// assert_eq!(completed.next().unwrap()?.result(None)?, "first");
/// assert_eq!(completed.next().unwrap().unwrap_err().message(), "1 (of 2) futures unfinished");
/// # Ok::<(), asyncio_tasks::Error>(())
/// ```
pub fn as_completed<T>(
    futures: impl IntoIterator<Item = Future<T>>,
    timeout: impl IntoTimeout,
) -> AsCompleted<T> {
    AsCompleted {
        deadline: timeout.into_timeout().and_then(deadline),
        watched: Watched::new(futures),
        given: 0,
        is_late: false,
    }
}

/// The iterator of [`as_completed`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct AsCompleted<T> {
    watched: Watched<T>,
    deadline: Option<Instant>,
    given: usize,
    is_late: bool,
}

impl<T> Iterator for AsCompleted<T> {
    type Item = Result<Future<T>, TimeoutError>;

    fn next(&mut self) -> Option<Self::Item> {
        let total = self.watched.futures.len();
        if self.given == total || self.is_late {
            return None;
        }
        let waiter = &self.watched.waiter;
        let mut arrived = waiter.lock();
        loop {
            if let Some(number) = arrived.numbers.pop_front() {
                self.given += 1;
                return Some(Ok(self.watched.futures[number].clone()));
            }
            self.watched.pause(&mut arrived);
            let (woken, is_late) = wait_until(&waiter.changed, arrived, self.deadline);
            arrived = woken;
            if is_late {
                arrived.paused = None;
                self.is_late = true;
                let text = format!("{} (of {total}) futures unfinished", total - self.given);
                return Some(Err(TimeoutError::with_message(text)));
            }
        }
    }
}

impl<T> std::fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total = self.watched.futures.len();
        write!(f, "<AsCompleted {} of {total}>", self.given)
    }
}

/// Futures that tell one waiter when they are done.
struct Watched<T> {
    futures: Vec<Future<T>>,
    waiter: Arc<Waiter>,
}

impl<T> Watched<T> {
    fn new(given: impl IntoIterator<Item = Future<T>>) -> Self {
        let mut seen = HashSet::new();
        let given = given.into_iter();
        let futures: Vec<_> = given
            .filter(|future| seen.insert(future.address()))
            .collect();
        let waiter = Arc::new(Waiter::default());
        for (number, future) in futures.iter().enumerate() {
            future.enlist(&waiter, number);
        }
        Watched { futures, waiter }
    }

    /// Before this thread blocks: the loop that knows of all the work need not wait for this thread's.
    fn pause(&self, arrived: &mut Arrived) {
        let Some(known_to) = self.futures.first().and_then(Future::is_known_to) else {
            return;
        };
        let is_known = |future: &Future<T>| future.is_known_to() == Some(known_to);
        if arrived.paused.is_none() && self.futures.iter().all(is_known) {
            arrived.paused = PausedWork::pause(known_to);
        }
    }
}

impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        for future in &self.futures {
            future.dismiss(&self.waiter);
        }
    }
}

/// Who waits for several futures, and knows them by their numbers.
#[derive(Default)]
pub(super) struct Waiter {
    arrived: Mutex<Arrived>,
    changed: Condvar,
}

#[derive(Default)]
struct Arrived {
    /// The futures that are done, in that order.
    numbers: VecDeque<usize>,
    has_failure: bool,
    /// The work of the thread that waits, if the loop does not wait for it meanwhile.
    paused: Option<PausedWork>,
}

impl Waiter {
    /// Another future is done.
    pub(super) fn add(&self, number: usize, has_failed: bool) {
        let mut arrived = self.lock();
        arrived.numbers.push_back(number);
        arrived.has_failure |= has_failed;
        arrived.paused = None;
        drop(arrived);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrived {
    fn are_enough(&self, return_when: ReturnWhen, total: usize) -> bool {
        let is_first = match return_when {
            ReturnWhen::FirstCompleted => !self.numbers.is_empty(),
            ReturnWhen::FirstException => self.has_failure,
            ReturnWhen::AllCompleted => false,
        };
        is_first || self.numbers.len() == total
    }
}
