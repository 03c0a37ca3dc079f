//! Work that another thread gives to the runtime.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Instant;

use super::Entrant;
use crate::contestants::{Contestant, ForAll, Remote};

/// How the other thread goes on after it has given away a job.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// With the next one at once.
    Burst,
    /// When it has been run.
    RoundTrip,
}

pub(super) const MEASURES: &[&str] = &["ns per job"];

/// So many jobs. What is measured is time on the wall: two threads work on them.
#[derive(Clone, Copy)]
pub(super) struct Remotely {
    pace: Pace,
    jobs: u64,
}

impl Remotely {
    pub(super) fn new(pace: Pace, jobs: u64) -> Self {
        Remotely { pace, jobs }
    }
}

impl ForAll for Remotely {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let Remotely { pace, jobs } = *self;
        Entrant::new::<C>(move || {
            let start = Instant::now();
            let done = C::run(serve_jobs::<C>(pace, jobs));
            if done != jobs {
                return Err(format!("did {done} of {jobs} jobs").into());
            }
            Ok(vec![start.elapsed().as_secs_f64() * 1e9 / jobs as f64])
        })
    }
}

async fn serve_jobs<C: Contestant>(pace: Pace, jobs: u64) -> u64 {
    let tally = Arc::new(Tally::default());
    let remote = C::remote();
    let giver = {
        let tally = tally.clone();
        thread::spawn(move || match pace {
            Pace::Burst => burst(&remote, &tally, jobs),
            Pace::RoundTrip => round_trips(&remote, &tally, jobs),
        })
    };
    let done = tally.reaches(jobs).await;
    giver.join().expect("the thread does not panic");
    done
}

fn burst(remote: &impl Remote, tally: &Arc<Tally>, jobs: u64) {
    for _ in 0..jobs {
        let tally = tally.clone();
        remote.post(Box::new(move || tally.count(jobs)));
    }
}

fn round_trips(remote: &impl Remote, tally: &Arc<Tally>, jobs: u64) {
    for _ in 0..jobs {
        let (tally, giver) = (tally.clone(), thread::current());
        let before = tally.done();
        remote.post(Box::new({
            let tally = tally.clone();
            move || {
                tally.count(jobs);
                giver.unpark();
            }
        }));
        while tally.done() == before {
            thread::park();
        }
    }
}

/// How many jobs are done.
#[derive(Default)]
struct Tally {
    done: AtomicU64,
    waiting: Mutex<Option<Waker>>,
}

impl Tally {
    fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// Called by each job, in the runtime's thread.
    fn count(&self, expected: u64) {
        if self.done.fetch_add(1, Ordering::AcqRel) + 1 < expected {
            return;
        }
        let waiting = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    async fn reaches(&self, expected: u64) -> u64 {
        poll_fn(|cx| {
            // Jobs run in this thread: none can be done between the look and the return.
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
            if self.done() < expected {
                return Poll::Pending;
            }
            Poll::Ready(self.done())
        })
        .await
    }
}
