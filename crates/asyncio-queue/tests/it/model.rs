//! Random programs on a queue, beside a model that does one thing after the other as `asyncio.queues` does.
//!
//! A program starts, polls and drops gets and puts, and uses the `_nowait` forms, `task_done` and `shutdown`. After every
//! operation the queue's state and who has been woken must be what the model says. A failure prints its seed.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use asyncio_queue::{Fifo, Get, GetError, Put, PutError, Queue};

const SEEDS: u64 = 10_000;
const STEPS: usize = 50;

#[test]
fn a_queue_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let maxsize = seed as usize % 4;
        let queue = Queue::new(maxsize);
        Program::new(seed, &queue, maxsize).run();
    }
}

type Item = usize;

/// A queue, its model, and those who wait for either.
struct Program<'a> {
    seed: u64,
    random: u64,
    queue: &'a Queue<Item>,
    model: Model,
    waiting: Vec<Waiter<'a>>,
    next: usize,
}

struct Waiter<'a> {
    id: usize,
    future: Waiting<'a>,
    woken: Arc<Woken>,
}

enum Waiting<'a> {
    Get(Get<'a, Fifo<Item>>),
    Put(Item, Put<'a, Fifo<Item>>),
}

/// How a get or a put ended.
#[derive(Debug, PartialEq)]
enum Outcome {
    Got(Item),
    Put,
    Empty,
    Full,
    ShutDown,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

impl<'a> Program<'a> {
    fn new(seed: u64, queue: &'a Queue<Item>, maxsize: usize) -> Self {
        Program {
            seed,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            queue,
            model: Model {
                maxsize,
                ..Model::default()
            },
            waiting: Vec::new(),
            next: 0,
        }
    }

    fn run(mut self) {
        for _ in 0..STEPS {
            self.step();
            let (queue, model) = (self.queue, &self.model);
            assert_eq!(queue.qsize(), model.items.len(), "seed {}", self.seed);
            assert_eq!(queue.full(), model.full(), "seed {}", self.seed);
            let woken = |waiter: &Waiter<'_>| (waiter.id, waiter.woken.0.load(Relaxed));
            let actual: BTreeMap<_, _> = self.waiting.iter().map(woken).collect();
            assert_eq!(actual, model.woken, "seed {}", self.seed);
        }
    }

    fn step(&mut self) {
        self.next += 1;
        let n = self.waiting.len();
        match self.random(20) {
            0..=3 if n < 8 => self.start(Waiting::Get(self.queue.get())),
            4..=7 if n < 8 => self.start(Waiting::Put(self.next, self.queue.put(self.next))),
            8..=12 if n > 0 => {
                let place = self.random(n);
                self.poll(place);
            }
            13 | 14 if n > 0 => {
                let place = self.random(n);
                let Waiter { id, future, .. } = self.waiting.remove(place);
                let is_get = matches!(future, Waiting::Get(_));
                drop(future);
                self.model.drop(id, is_get);
            }
            15 | 16 => {
                let outcome = got(self.queue.get_nowait());
                assert_eq!(outcome, self.model.get(), "seed {}", self.seed);
            }
            17 => {
                let outcome = put(self.queue.put_nowait(self.next));
                assert_eq!(outcome, self.model.put(self.next), "seed {}", self.seed);
            }
            18 => {
                let done = self.queue.task_done().is_ok();
                assert_eq!(done, self.model.task_done(), "seed {}", self.seed);
            }
            19 if self.random(8) == 0 => {
                self.queue.shutdown();
                self.model.shutdown();
            }
            19 if self.random(8) == 0 => {
                self.queue.shutdown_immediate();
                self.model.drain();
                self.model.shutdown();
            }
            _ => {}
        }
    }

    fn start(&mut self, future: Waiting<'a>) {
        self.waiting.push(Waiter {
            id: self.next,
            future,
            woken: Arc::default(),
        });
        self.model.woken.insert(self.next, true);
        self.poll(self.waiting.len() - 1);
    }

    fn poll(&mut self, place: usize) {
        let Waiter { id, future, woken } = &mut self.waiting[place];
        woken.0.store(false, Relaxed);
        let waker = Waker::from(woken.clone());
        let mut cx = Context::from_waker(&waker);
        let (actual, expected) = match future {
            Waiting::Get(get) => (
                Pin::new(get).poll(&mut cx).map(got),
                self.model.poll_get(*id),
            ),
            Waiting::Put(item, waiting) => (
                Pin::new(waiting).poll(&mut cx).map(put),
                self.model.poll_put(*id, *item),
            ),
        };
        assert_eq!(actual, expected, "seed {}", self.seed);
        if actual.is_ready() {
            self.waiting.remove(place);
        }
    }

    /// Below `n`: xorshift.
    fn random(&mut self, n: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 33) as usize % n
    }
}

fn got(outcome: Result<Item, GetError>) -> Outcome {
    match outcome {
        Ok(item) => Outcome::Got(item),
        Err(GetError::Empty) => Outcome::Empty,
        Err(GetError::ShutDown) => Outcome::ShutDown,
        Err(GetError::Cancelled(_)) => unreachable!("there is no task"),
    }
}

fn put(outcome: Result<(), PutError<Item>>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::Put,
        Err(PutError::Full(_)) => Outcome::Full,
        Err(PutError::ShutDown(_)) => Outcome::ShutDown,
        Err(PutError::Cancelled(..)) => unreachable!("there is no task"),
    }
}

#[derive(Default)]
struct Model {
    maxsize: usize,
    items: VecDeque<Item>,
    unfinished: usize,
    is_shut_down: bool,
    /// Who waits and was not woken.
    getters: VecDeque<usize>,
    putters: VecDeque<usize>,
    /// Everybody who has not ended, and whether they have been woken.
    woken: BTreeMap<usize, bool>,
}

impl Model {
    fn full(&self) -> bool {
        self.maxsize > 0 && self.items.len() >= self.maxsize
    }

    fn get(&mut self) -> Outcome {
        match self.items.pop_front() {
            Some(item) => {
                self.wake_putter();
                Outcome::Got(item)
            }
            None if self.is_shut_down => Outcome::ShutDown,
            None => Outcome::Empty,
        }
    }

    fn put(&mut self, item: Item) -> Outcome {
        if self.is_shut_down {
            return Outcome::ShutDown;
        }
        if self.full() {
            return Outcome::Full;
        }
        self.items.push_back(item);
        self.unfinished += 1;
        self.wake_getter();
        Outcome::Put
    }

    fn poll_get(&mut self, id: usize) -> Poll<Outcome> {
        if self.woken[&id] {
            let outcome = self.get();
            if outcome != Outcome::Empty {
                self.woken.remove(&id);
                return Poll::Ready(outcome);
            }
            self.woken.insert(id, false);
            self.getters.push_back(id);
        }
        Poll::Pending
    }

    fn poll_put(&mut self, id: usize, item: Item) -> Poll<Outcome> {
        if self.woken[&id] {
            let outcome = self.put(item);
            if outcome != Outcome::Full {
                self.woken.remove(&id);
                return Poll::Ready(outcome);
            }
            self.woken.insert(id, false);
            self.putters.push_back(id);
        }
        Poll::Pending
    }

    fn drop(&mut self, id: usize, is_get: bool) {
        let was_woken = self.woken.remove(&id) == Some(true);
        self.getters.retain(|other| *other != id);
        self.putters.retain(|other| *other != id);
        if was_woken && is_get && !self.items.is_empty() {
            self.wake_getter();
        } else if was_woken && !is_get && !self.full() {
            self.wake_putter();
        }
    }

    fn task_done(&mut self) -> bool {
        let done = self.unfinished > 0;
        self.unfinished -= usize::from(done);
        done
    }

    fn drain(&mut self) {
        self.unfinished -= self.items.len().min(self.unfinished);
        self.items.clear();
    }

    fn shutdown(&mut self) {
        self.is_shut_down = true;
        while !self.getters.is_empty() {
            self.wake_getter();
        }
        while !self.putters.is_empty() {
            self.wake_putter();
        }
    }

    fn wake_getter(&mut self) {
        let first = self.getters.pop_front();
        first.map(|id| self.woken.insert(id, true));
    }

    fn wake_putter(&mut self) {
        let first = self.putters.pop_front();
        first.map(|id| self.woken.insert(id, true));
    }
}
