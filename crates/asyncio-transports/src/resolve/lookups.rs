//! Name lookups by the system, which blocks meanwhile, on threads that do nothing else.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Weak;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{EventLoop, EventLoopProxy, Result, RuntimeError, get_running_loop};
use asyncio_tasks::{Future, LoopTasks};
use event_listener::{Event, IntoNotification, Listener};

use super::Printable;
use crate::error::refused;

/// Asks the system for the addresses of `name`.
///
/// Cancelled, it is forgotten; a thread that is asking goes on until it has its answer.
pub(super) async fn look_up(
    event_loop: &EventLoop,
    name: &str,
    port: u16,
) -> Result<Vec<SocketAddr>> {
    let lookups = event_loop.extension::<Lookups>();
    let noted = event_loop
        .get_debug()
        .then(|| Noted::new(event_loop, name, port));
    let key = lookups.count.replace(lookups.count.get() + 1);
    let answer = event_loop.create_future();
    lookups.waiting.borrow_mut().insert(key, answer.clone());
    // Until the answer is there, or not wanted any more.
    let _work = event_loop.outside_work();
    let _withdraw = Withdraw {
        lookups: std::rc::Rc::downgrade(&lookups),
        key,
    };
    lookups.pool.submit(Job {
        key,
        name: name.to_owned(),
        port,
        asker: event_loop.proxy(),
    })?;
    drop(lookups);
    let answer = answer.await;
    if let Some(noted) = noted {
        noted.log(event_loop, &answer);
    }
    answer
}

/// Debug mode: a lookup that goes on. Mirrors `_getaddrinfo_debug`.
struct Noted {
    what: String,
    began: f64,
}

impl Noted {
    fn new(event_loop: &EventLoop, name: &str, port: u16) -> Self {
        let what = format!("{}:{port}", Printable(name));
        log::debug!(target: "asyncio", "Get address info {what}");
        Noted {
            what,
            began: event_loop.time(),
        }
    }

    fn log(self, event_loop: &EventLoop, answer: &Result<Vec<SocketAddr>>) {
        let took = event_loop.time() - self.began;
        let level = match took >= event_loop.slow_callback_duration() {
            true => log::Level::Info,
            false => log::Level::Debug,
        };
        let (what, took) = (self.what, took * 1e3);
        log::log!(target: "asyncio", level, "Getting address info {what} took {took:.3}ms: {answer:?}");
    }
}

/// The lookups of a loop that nobody has answered yet.
#[derive(Default)]
struct Lookups {
    waiting: RefCell<HashMap<u64, Future<Vec<SocketAddr>>>>,
    count: Cell<u64>,
    pool: Pool,
}

impl Lookups {
    fn finish(&self, key: u64, outcome: io::Result<Vec<SocketAddr>>) {
        let waiting = self.waiting.borrow_mut().remove(&key);
        if let Some(answer) = waiting.filter(|answer| !answer.done()) {
            // It is pending, so this succeeds.
            let _ = match outcome {
                Ok(addresses) => answer.set_result(addresses),
                Err(error) => answer.set_exception(error),
            };
        }
    }
}

/// Ends a lookup, whether it was answered or not.
struct Withdraw {
    lookups: Weak<Lookups>,
    key: u64,
}

impl Drop for Withdraw {
    fn drop(&mut self) {
        if let Some(lookups) = self.lookups.upgrade() {
            let unanswered = lookups.waiting.borrow_mut().remove(&self.key);
            drop(unanswered);
            lookups.pool.withdraw(self.key);
        }
    }
}

/// The threads, started when they are needed and joined when the loop closes.
#[derive(Default)]
struct Pool {
    shared: Arc<Shared>,
    threads: RefCell<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Threads that wait for a job listen to it.
    changed: Event,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    phase: Phase,
}

/// Whether threads go on.
#[derive(Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// The loop is closed: they end.
    Closed,
}

struct Job {
    key: u64,
    name: String,
    port: u16,
    asker: EventLoopProxy,
}

impl Pool {
    fn submit(&self, job: Job) -> io::Result<()> {
        let mut queue = self.shared.lock();
        queue.jobs.push_back(job);
        let is_short_of_threads = queue.jobs.len() > self.shared.changed.total_listeners();
        drop(queue);
        self.shared.changed.notify(1.additional());
        let mut threads = self.threads.borrow_mut();
        if is_short_of_threads && threads.len() < MAX_THREADS {
            match self.start_thread(threads.len()) {
                Ok(thread) => threads.push(thread),
                Err(error) if threads.is_empty() => {
                    return Err(refused("start a thread for name lookups", error));
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn start_thread(&self, number: usize) -> io::Result<JoinHandle<()>> {
        let shared = self.shared.clone();
        thread::Builder::new()
            .name(format!("asyncio-dns-{number}"))
            .spawn(move || {
                while let Some(job) = shared.next_job() {
                    job.run();
                }
            })
    }

    fn withdraw(&self, key: u64) {
        self.shared.lock().jobs.retain(|job| job.key != key);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.phase = Phase::Closed;
        let jobs = std::mem::take(&mut queue.jobs);
        drop(queue);
        drop(jobs);
        self.shared.changed.notify(usize::MAX);
        for thread in self.threads.take() {
            // A lookup does not panic.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn next_job(&self) -> Option<Job> {
        loop {
            let mut queue = self.lock();
            if queue.phase == Phase::Closed {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            // Before the queue is unlocked, so that no job is missed.
            let listener = self.changed.listen();
            drop(queue);
            listener.wait();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn run(self) {
        let found = (self.name.as_str(), self.port).to_socket_addrs();
        let outcome = match found {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err(refused(
                format_args!("resolve {}", Printable(&self.name)),
                error,
            )),
        };
        let key = self.key;
        let answer = move || -> Result<(), RuntimeError> {
            get_running_loop()?
                .extension::<Lookups>()
                .finish(key, outcome);
            Ok(())
        };
        // Refused if the loop was closed, and then nobody waits.
        let _ = self.asker.call_soon_threadsafe(answer);
    }
}

/// Lookups at the same time. Names take long only when a name server is in trouble, and then more would not help.
const MAX_THREADS: usize = 4;
