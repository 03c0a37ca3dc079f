//! Random programs on each primitive, beside a model that does one thing after the other as `asyncio.locks` does.
//!
//! A program starts, polls and drops waiters, and releases, sets or notifies. After every operation the primitive's state
//! and who has been woken must be what the model says. A failure prints its seed.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use asyncio_sync::{Condition, Event, Lock, Result, Semaphore};

const SEEDS: u64 = 10_000;
const STEPS: usize = 40;

#[test]
fn a_lock_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let (lock, mut model) = (Lock::new(), LockModel::default());
        let mut waiters = Waiters::new(seed);
        for _ in 0..STEPS {
            match waiters.next_action() {
                Action::Start(id) => {
                    let passed = waiters.start(id, lock.acquire());
                    assert_eq!(passed.is_some(), model.start(id), "{waiters}");
                }
                Action::Poll(id) => {
                    let passed = waiters.poll(id).is_some();
                    assert_eq!(passed, model.poll(id), "{waiters}");
                }
                Action::Drop(id) => {
                    waiters.drop(id);
                    model.drop(id);
                }
                Action::Act(_) => {
                    assert_eq!(lock.release().is_ok(), model.release(), "{waiters}");
                }
            }
            assert_eq!(lock.locked(), model.locked, "{waiters}");
            waiters.check_woken(&[&model.line]);
        }
    }
}

#[test]
fn a_semaphore_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let value = seed as usize % 3;
        let semaphore = Semaphore::new(value);
        let mut model = SemaphoreModel {
            value,
            line: Line::default(),
        };
        let mut waiters = Waiters::new(seed);
        for _ in 0..STEPS {
            match waiters.next_action() {
                Action::Start(id) => {
                    let passed = waiters.start(id, semaphore.acquire());
                    assert_eq!(passed.is_some(), model.start(id), "{waiters}");
                }
                Action::Poll(id) => {
                    let passed = waiters.poll(id).is_some();
                    assert_eq!(passed, model.poll(id), "{waiters}");
                }
                Action::Drop(id) => {
                    waiters.drop(id);
                    model.drop(id);
                }
                Action::Act(_) => {
                    semaphore.release();
                    model.release();
                }
            }
            assert_eq!(semaphore.locked(), model.locked(), "{waiters}");
            waiters.check_woken(&[&model.line]);
        }
    }
}

#[test]
fn an_event_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let (event, mut is_set, mut line) = (Event::new(), false, Line::default());
        let mut waiters = Waiters::new(seed);
        for _ in 0..STEPS {
            match waiters.next_action() {
                Action::Start(id) => {
                    let passed = waiters.start(id, event.wait()).is_some();
                    assert_eq!(passed, is_set, "{waiters}");
                    if !is_set {
                        line.join(id);
                    }
                }
                Action::Poll(id) => {
                    let passed = waiters.poll(id).is_some();
                    assert_eq!(passed, line.take_woken(id), "{waiters}");
                }
                Action::Drop(id) => {
                    waiters.drop(id);
                    line.leave(id);
                }
                Action::Act(n) if n % 2 == 0 => {
                    event.clear();
                    is_set = false;
                }
                Action::Act(_) => {
                    event.set();
                    if !is_set {
                        line.wake(usize::MAX);
                    }
                    is_set = true;
                }
            }
            assert_eq!(event.is_set(), is_set, "{waiters}");
            waiters.check_woken(&[&line]);
        }
    }
}

#[test]
fn a_condition_does_what_its_model_does() {
    for seed in 0..SEEDS {
        let (condition, mut model) = (Condition::new(), ConditionModel::default());
        let mut waiters = Waiters::new(seed);
        for _ in 0..STEPS {
            match waiters.next_action() {
                Action::Start(id) if id % 3 == 0 => {
                    let passed = waiters.start(id, condition.acquire());
                    assert_eq!(passed.is_some(), model.lock.start(id), "{waiters}");
                }
                Action::Start(id) => {
                    let refused = waiters.start(id, condition.wait()).is_some();
                    assert_eq!(refused, !model.start(id), "{waiters}");
                }
                Action::Poll(id) => {
                    let passed = waiters.poll(id).is_some();
                    assert_eq!(passed, model.poll(id), "{waiters}");
                }
                Action::Drop(id) => {
                    waiters.drop(id);
                    model.drop(id);
                }
                Action::Act(n) if n % 3 == 0 => {
                    let notified = condition.notify(n / 3 % 4).is_ok();
                    assert_eq!(notified, model.lock.locked, "{waiters}");
                    if notified {
                        model.notified.wake(n / 3 % 4);
                    }
                }
                Action::Act(_) => {
                    let released = condition.release().is_ok();
                    assert_eq!(released, model.lock.release(), "{waiters}");
                }
            }
            assert_eq!(condition.locked(), model.lock.locked, "{waiters}");
            waiters.check_woken(&[&model.lock.line, &model.notified]);
        }
    }
}

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

#[derive(Default)]
struct LockModel {
    locked: bool,
    line: Line,
}

impl LockModel {
    fn start(&mut self, id: usize) -> bool {
        if self.locked || !self.line.0.is_empty() {
            self.line.join(id);
            return false;
        }
        self.locked = true;
        true
    }

    fn poll(&mut self, id: usize) -> bool {
        let passed = self.line.take_woken(id);
        self.locked |= passed;
        passed
    }

    fn drop(&mut self, id: usize) {
        self.line.leave(id);
        if !self.locked {
            self.wake_first();
        }
    }

    fn release(&mut self) -> bool {
        let released = std::mem::replace(&mut self.locked, false);
        if released {
            self.wake_first();
        }
        released
    }

    fn wake_first(&mut self) {
        if let Some((_, woken)) = self.line.0.first_mut() {
            *woken = true;
        }
    }
}

struct SemaphoreModel {
    value: usize,
    line: Line,
}

impl SemaphoreModel {
    fn locked(&self) -> bool {
        self.value == 0 || !self.line.0.is_empty()
    }

    fn start(&mut self, id: usize) -> bool {
        let passed = !self.locked();
        if passed {
            self.value -= 1;
        } else {
            self.line.join(id);
        }
        passed
    }

    fn poll(&mut self, id: usize) -> bool {
        let passed = self.line.take_woken(id);
        if passed {
            self.wake_all();
        }
        passed
    }

    fn drop(&mut self, id: usize) {
        self.value += usize::from(self.line.leave(id));
        self.wake_all();
    }

    fn release(&mut self) {
        self.value += 1;
        self.value -= self.line.wake(1);
    }

    fn wake_all(&mut self) {
        self.value -= self.line.wake(self.value);
    }
}

#[derive(Default)]
struct ConditionModel {
    lock: LockModel,
    notified: Line,
    /// Waiters that were notified and wait for the lock.
    acquiring: Vec<usize>,
}

impl ConditionModel {
    /// Whether it may wait.
    fn start(&mut self, id: usize) -> bool {
        if self.lock.locked {
            self.notified.join(id);
            self.lock.release();
            return true;
        }
        false
    }

    fn poll(&mut self, id: usize) -> bool {
        let passed = if self.notified.has(id) {
            let notified = self.notified.take_woken(id);
            if notified {
                self.acquiring.push(id);
            }
            notified && self.lock.start(id)
        } else {
            self.lock.poll(id)
        };
        if passed {
            self.acquiring.retain(|other| *other != id);
        }
        passed
    }

    fn drop(&mut self, id: usize) {
        let mut pass_on = self.notified.leave(id);
        if self.acquiring.contains(&id) {
            self.acquiring.retain(|other| *other != id);
            pass_on = true;
        }
        if self.lock.line.has(id) {
            self.lock.drop(id);
        }
        if pass_on {
            self.notified.wake(1);
        }
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

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// The futures of a program.
struct Waiters<'a> {
    seed: u64,
    random: u64,
    next: usize,
    waiting: Vec<(usize, Waiting<'a>, Arc<Woken>)>,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

impl<'a> Waiters<'a> {
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
        future: impl Future<Output = Result<(), E>> + 'a,
    ) -> Option<Result<()>> {
        let future = Box::pin(async { future.await.map_err(Into::into) });
        self.waiting.push((id, future, Arc::default()));
        self.poll(id)
    }

    fn poll(&mut self, id: usize) -> Option<Result<()>> {
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
        let woken = |(id, _, woken): &(usize, _, Arc<Woken>)| (*id, woken.0.load(Relaxed));
        let actual = map(self.waiting.iter().map(woken));
        let expected = map(lines.iter().flat_map(|line| line.0.iter().copied()));
        assert_eq!(actual, expected, "{self}");
    }
}

impl std::fmt::Display for Waiters<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}", self.seed)
    }
}

fn map<K: Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, V> {
    pairs.collect()
}
