//! Work that another thread gives to the runtime.

use std::cell::Cell;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::{Entrant, Group, NANOSECONDS, Workload};
use crate::Result;
use crate::contestants::{Call, Contestant, ForAll, Remote, entrants, fewer};
use crate::cores::{Pinned, load_core, server_core};

/// Every workload of this file; `of` scales a number of operations.
pub(super) fn all(of: impl Fn(u64) -> u64) -> Vec<Workload> {
    let workload = |name, operation, remotely| {
        let entrants = entrants(&remotely);
        Workload::new(Group::Threads, name, operation, NANOSECONDS, entrants)
    };
    vec![
        workload(
            "remote-burst",
            "a job from another thread, which does not wait for it",
            Remotely::new(Pace::Burst, of(500_000)),
        ),
        workload(
            "remote-round-trip",
            "a job from another thread, which waits for it before the next one",
            Remotely::new(Pace::RoundTrip, of(50_000)),
        ),
    ]
}

/// How the other thread goes on after it has given away a job.
#[derive(Clone, Copy)]
enum Pace {
    /// With the next one at once.
    Burst,
    /// When it has been run.
    RoundTrip,
}

/// So many jobs. What is measured is time on the wall: two threads work on them.
#[derive(Clone, Copy)]
struct Remotely {
    pace: Pace,
    jobs: u64,
}

impl Remotely {
    fn new(pace: Pace, jobs: u64) -> Self {
        Remotely { pace, jobs }
    }
}

impl ForAll for Remotely {
    fn entrant<C: Contestant>(&self) -> Entrant {
        let Remotely { pace, jobs } = *self;
        Entrant::new::<C>(move || {
            let (done, elapsed) = C::run(serve_jobs::<C>(pace, jobs))?;
            if done != jobs {
                let error = format!("the loop's thread did {done} of {jobs} jobs");
                return Err(error.into());
            }
            Ok(vec![elapsed.as_secs_f64() * 1e9 / jobs as f64])
        })
    }

    fn python(&self) -> Option<Call> {
        let function = match self.pace {
            Pace::Burst => "remote_burst",
            Pace::RoundTrip => "remote_round_trip",
        };
        Some(Call::new(function, [fewer(self.jobs)]))
    }
}

/// How many jobs were done, on one core while they came from the other, and how long that took.
async fn serve_jobs<C: Contestant>(pace: Pace, jobs: u64) -> Result<(u64, Duration)> {
    let tally = Arc::new(Tally::default());
    let remote = C::remote();
    let load_core = load_core();
    let _pinned = Pinned::to(server_core(0))?;
    IS_SERVING.set(true);
    let start = Instant::now();
    let giver = {
        let tally = tally.clone();
        thread::spawn(move || {
            let pinned = Pinned::to(load_core);
            match pace {
                Pace::Burst => burst(&remote, &tally, jobs),
                Pace::RoundTrip => round_trips(&remote, &tally, jobs),
            }
            pinned.map(drop)
        })
    };
    let done = tally.reaches(jobs).await;
    giver.join().expect("the thread does not panic")?;
    let elapsed = start.elapsed();
    Ok((done - tally.elsewhere.load(Ordering::Relaxed), elapsed))
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

thread_local! {
    /// Whether this is a thread in which a runtime waits for jobs.
    static IS_SERVING: Cell<bool> = const { Cell::new(false) };
}

/// How many jobs are done.
#[derive(Default)]
struct Tally {
    done: AtomicU64,
    /// How many of these in another thread than the runtime's.
    elsewhere: AtomicU64,
    waiting: Mutex<Option<Waker>>,
}

impl Tally {
    fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// Called by each job, which should be in the runtime's thread.
    fn count(&self, expected: u64) {
        if !IS_SERVING.get() {
            self.elsewhere.fetch_add(1, Ordering::Relaxed);
        }
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
