//! The workers of a pool and their queue: threads that are started when there is more to do than idle ones, up to a
//! maximum, and that end at the shutdown. Mirrors what the pools of `concurrent.futures` share.
//!
//! One mutex and one condition variable: a job is worth a thread, so a submission costs little beside the wake-up, and
//! only one worker is woken for each job.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use asyncio_executor::{Error, Result, RuntimeError, caught, log};

use super::executor::{Queued, Shutdown, Waiting};
use super::future::Future;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// Work for someone with the tools `T`.
pub(super) trait Job<T>: Send {
    /// Does the work and completes its future. An error is the end of the pool.
    fn run(self: Box<Self>, tools: &mut T) -> Result<(), Breakage>;

    /// It will not be done.
    fn refuse(self: Box<Self>, why: Refusal);
}

/// Why a job is not done.
#[derive(Clone)]
pub(super) enum Refusal {
    /// The shutdown cancelled it.
    Cancelled,
    /// There is nobody to do it.
    Failed(Error),
}

impl Refusal {
    /// Says so to whoever waits for the job.
    pub(super) fn tell<R>(self, promise: &Future<R>) {
        match self {
            Refusal::Cancelled => drop(promise.cancel()),
            // Refused if it was cancelled, and then nobody waits.
            Refusal::Failed(error) => drop(promise.set_exception(error)),
        }
    }
}

/// The end of a pool.
pub(super) struct Breakage {
    /// What is queued fails with this.
    pub(super) pending: Error,
    /// What is submitted afterwards fails with this.
    pub(super) later: Error,
}

/// What is particular to a pool.
pub(super) trait Trade: Send + Sync + 'static {
    /// What each worker has of its own.
    type Tools;

    /// In a new worker: gets ready. An error is the end of the pool.
    fn prepare(&self) -> Result<Self::Tools, Breakage>;

    /// The pool is broken: what workers are doing should end.
    fn broken(&self);
}

/// The workers.
pub(super) struct Crew<W: Trade> {
    pub(super) trade: W,
    max_workers: usize,
    name_prefix: String,
    state: Mutex<State<W::Tools>>,
    /// A job was queued, or the pool shut down.
    changed: Condvar,
    /// A worker has left.
    left: Condvar,
}

struct State<T> {
    queue: VecDeque<Box<dyn Job<T>>>,
    /// Workers inside of `wait`. Some of them may have been notified.
    waiting: usize,
    /// Those that have not left, nor failed to start.
    present: usize,
    threads: Vec<JoinHandle<()>>,
    phase: Phase,
    broken: Option<Error>,
    /// To be completed when the last worker leaves after the shutdown.
    ended: Vec<Future<()>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Jobs are accepted.
    Open,
    /// Workers do what is queued, and leave.
    ShutDown,
}

impl<W: Trade> Crew<W> {
    pub(super) fn new(trade: W, max_workers: usize, name_prefix: String) -> Self {
        let state = State {
            queue: VecDeque::new(),
            waiting: 0,
            present: 0,
            threads: Vec::new(),
            phase: Phase::Open,
            broken: None,
            ended: Vec::new(),
        };
        Crew {
            trade,
            max_workers,
            name_prefix,
            state: Mutex::new(state),
            changed: Condvar::new(),
            left: Condvar::new(),
        }
    }

    pub(super) fn max_workers(&self) -> usize {
        self.max_workers
    }

    /// Queues `job`, and sees to it that somebody does it. Refuses it if the pool is broken or shut down.
    pub(super) fn submit(self: &Arc<Self>, job: Box<dyn Job<W::Tools>>) {
        let mut state = self.lock();
        if let Err(error) = state.check_open() {
            drop(state);
            return job.refuse(Refusal::Failed(error));
        }
        state.queue.push_back(job);
        let is_short_of_workers = state.queue.len() > state.waiting;
        let has_waiting = state.waiting > 0;
        if is_short_of_workers && state.threads.len() < self.max_workers {
            self.hire(state);
        } else {
            drop(state);
        }
        if has_waiting {
            self.changed.notify_one();
        }
    }

    /// Starts another worker. If the system has no thread left, those who are there do the work.
    fn hire(self: &Arc<Self>, mut state: MutexGuard<'_, State<W::Tools>>) {
        let name = format!("{}_{}", self.name_prefix, state.threads.len());
        let crew = self.clone();
        match thread::Builder::new().name(name).spawn(move || crew.work()) {
            Ok(thread) => {
                state.present += 1;
                state.threads.push(thread);
            }
            Err(error) if state.present == 0 => {
                let refused = std::mem::take(&mut state.queue);
                drop(state);
                refuse_all(refused, &Refusal::Failed(error.into()));
            }
            Err(_) => {}
        }
    }

    /// The life of a worker.
    fn work(&self) {
        match self.trade.prepare() {
            Ok(mut tools) => while self.do_next(&mut tools) {},
            Err(breakage) => {
                report("Exception in initializer:", &breakage.pending);
                self.break_up(breakage);
            }
        }
        self.leave();
    }

    /// Does one job. False when there will be no more.
    fn do_next(&self, tools: &mut W::Tools) -> bool {
        let Some(job) = self.next_job() else {
            return false;
        };
        // What panics here is a destructor: jobs catch what they run.
        match caught(|| Ok(job.run(tools))) {
            Ok(Ok(())) => {}
            Ok(Err(breakage)) => self.break_up(breakage),
            Err(panic) => report("Exception in worker", &panic),
        }
        true
    }

    fn next_job(&self) -> Option<Box<dyn Job<W::Tools>>> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            if state.phase == Phase::ShutDown {
                return None;
            }
            state.waiting += 1;
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    fn leave(&self) {
        let mut state = self.lock();
        state.present -= 1;
        let ended = match state.present {
            0 => std::mem::take(&mut state.ended),
            _ => Vec::new(),
        };
        drop(state);
        // Who waits may be the only one who is left.
        self.left.notify_all();
        announce(ended);
    }

    fn break_up(&self, breakage: Breakage) {
        let mut state = self.lock();
        state.broken.get_or_insert(breakage.later);
        let refused = std::mem::take(&mut state.queue);
        drop(state);
        self.trade.broken();
        refuse_all(refused, &Refusal::Failed(breakage.pending));
    }

    pub(super) fn shut_down(&self, how: Shutdown) {
        let mut state = self.lock();
        state.phase = Phase::ShutDown;
        let refused = match how.queued {
            Queued::Cancelled => std::mem::take(&mut state.queue),
            Queued::Done => VecDeque::new(),
        };
        drop(state);
        self.changed.notify_all();
        refuse_all(refused, &Refusal::Cancelled);
        if how.waiting == Waiting::ForWorkers {
            self.join();
        }
    }

    /// Waits for every worker but the calling thread, if it is one: a job may drop the last handle to its pool.
    pub(super) fn join(&self) {
        let this = thread::current().id();
        let is_this = |thread: &JoinHandle<()>| thread.thread().id() == this;
        let mut state = self.lock();
        let own = usize::from(state.threads.iter().any(is_this));
        while state.present > own {
            let woken = self.left.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let threads = std::mem::take(&mut state.threads);
        let (own, others): (Vec<_>, Vec<_>) = threads.into_iter().partition(is_this);
        // Its job may come here again.
        state.threads = own;
        drop(state);
        for thread in others {
            // Workers catch what panics.
            let _ = thread.join();
        }
    }

    /// A future that is done when the last worker has left after the shutdown; they may then be joined without delay.
    pub(super) fn ended(&self) -> Future<()> {
        let ended = Future::new();
        let mut state = self.lock();
        state.ended.push(ended.clone());
        if state.present == 0 {
            let ended = std::mem::take(&mut state.ended);
            drop(state);
            announce(ended);
        }
        ended
    }

    pub(super) fn is_shut_down(&self) -> bool {
        self.lock().phase == Phase::ShutDown
    }

    fn lock(&self) -> MutexGuard<'_, State<W::Tools>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn check_open(&self) -> Result<()> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        match self.phase {
            Phase::Open => Ok(()),
            Phase::ShutDown => Err(RuntimeError::with_message(SHUT_DOWN).into()),
        }
    }
}

fn refuse_all<T>(jobs: VecDeque<Box<dyn Job<T>>>, why: &Refusal) {
    for job in jobs {
        job.refuse(why.clone());
    }
}

/// A logger that panics must not end the worker.
fn report(what: &str, error: &Error) {
    let _ = caught(|| {
        log::error(format_args!("{what}\n{error:?}"));
        Ok(())
    });
}

fn announce(ended: Vec<Future<()>>) {
    for future in ended {
        // It is this crew's own: nobody else completes it. If somebody has cancelled it, nobody waits.
        let _ = future.set_result(());
    }
}

const SHUT_DOWN: &str = "cannot schedule new futures after shutdown";
