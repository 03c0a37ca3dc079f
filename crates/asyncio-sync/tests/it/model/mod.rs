//! Random programs on each primitive, beside a model that does one thing after the other as `asyncio.locks` does.
//!
//! A program starts, polls and drops waiters, and releases, sets or notifies. After every operation the primitive's state
//! and who has been woken must be what the model says. A failure prints its seed.

mod barrier;
mod locks;

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use asyncio_sync::Result;

const SEEDS: u64 = 10_000;
const STEPS: usize = 40;

/// Who waits, and who of them was woken.
#[derive(Default)]
struct Line(Vec<(usize, bool)>);

impl Line {
    fn join(&mut self, id: usize) {
        self.0.push((id, false));
    }

    fn has(&self, id: usize) -> bool {
        self.0.iter().any(|(other, _)| *other == id)
    }

    /// Whether it was woken.
    fn leave(&mut self, id: usize) -> bool {
        let place = self.0.iter().position(|(other, _)| *other == id);
        place.is_some_and(|place| self.0.remove(place).1)
    }

    /// Whether it was woken; then it leaves.
    fn take_woken(&mut self, id: usize) -> bool {
        self.0.contains(&(id, true)) && self.leave(id)
    }

    fn wake(&mut self, n: usize) -> usize {
        let unwoken = self.0.iter_mut().filter(|(_, woken)| !woken);
        unwoken.take(n).map(|(_, woken)| *woken = true).count()
    }
}

/// What a program does next.
enum Action {
    Start(usize),
    Poll(usize),
    Drop(usize),
    /// Something else, by this number.
    Act(usize),
}

type Waiting<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// The futures of a program.
struct Waiters<'a, T> {
    seed: u64,
    random: u64,
    next: usize,
    waiting: Vec<(usize, Waiting<'a, T>, Arc<Woken>)>,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

impl<'a, T> Waiters<'a, T> {
    fn new(seed: u64) -> Self {
        Waiters {
            seed,
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            next: 0,
            waiting: Vec::new(),
        }
    }

    /// Below `n`: xorshift.
    fn random(&mut self, n: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 33) as usize % n
    }

    fn next_action(&mut self) -> Action {
        let n = self.waiting.len();
        match self.random(10) {
            0..=2 if n < 8 => {
                self.next += 1;
                Action::Start(self.next)
            }
            3..=5 if n > 0 => Action::Poll(self.any()),
            6 if n > 0 => Action::Drop(self.any()),
            _ => Action::Act(self.random(100)),
        }
    }

    fn any(&mut self) -> usize {
        let place = self.random(self.waiting.len());
        self.waiting[place].0
    }

    /// Its outcome, if it did not have to wait.
    fn start<E: Into<asyncio_sync::Error>>(
        &mut self,
        id: usize,
        future: impl Future<Output = Result<T, E>> + 'a,
    ) -> Option<Result<T>> {
        let future = Box::pin(async { future.await.map_err(Into::into) });
        self.waiting.push((id, future, Arc::default()));
        self.poll(id)
    }

    fn poll(&mut self, id: usize) -> Option<Result<T>> {
        let place = self.place(id);
        let (_, future, woken) = &mut self.waiting[place];
        woken.0.store(false, Relaxed);
        let waker = Waker::from(woken.clone());
        let Poll::Ready(outcome) = future.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return None;
        };
        drop(self.waiting.remove(place));
        Some(outcome)
    }

    fn drop(&mut self, id: usize) {
        let place = self.place(id);
        drop(self.waiting.remove(place));
    }

    fn place(&self, id: usize) -> usize {
        let place = self.waiting.iter().position(|(other, ..)| *other == id);
        place.expect("it waits")
    }

    /// Compares who has been woken.
    fn check_woken(&self, lines: &[&Line]) {
        let woken =
            |(id, _, woken): &(usize, Waiting<'a, T>, Arc<Woken>)| (*id, woken.0.load(Relaxed));
        let actual = map(self.waiting.iter().map(woken));
        let expected = map(lines.iter().flat_map(|line| line.0.iter().copied()));
        assert_eq!(actual, expected, "{self}");
    }
}

impl<T> std::fmt::Display for Waiters<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}", self.seed)
    }
}

fn map<K: Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, V> {
    pairs.collect()
}
