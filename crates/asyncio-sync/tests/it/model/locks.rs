//! `Lock`, `Semaphore`, `Event` and `Condition`.

use asyncio_sync::{Condition, Event, Lock, Semaphore};

use super::{Action, Line, SEEDS, STEPS, Waiters};

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

#[derive(Default)]
pub(super) struct LockModel {
    locked: bool,
    pub(super) line: Line,
}

impl LockModel {
    pub(super) fn start(&mut self, id: usize) -> bool {
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

    pub(super) fn release(&mut self) -> bool {
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
pub(super) struct ConditionModel {
    pub(super) lock: LockModel,
    pub(super) notified: Line,
    /// Waiters that were notified and wait for the lock.
    acquiring: Vec<usize>,
}

impl ConditionModel {
    /// Whether it may wait.
    pub(super) fn start(&mut self, id: usize) -> bool {
        if self.lock.locked {
            self.notified.join(id);
            self.lock.release();
            return true;
        }
        false
    }

    pub(super) fn poll(&mut self, id: usize) -> bool {
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

    pub(super) fn drop(&mut self, id: usize) {
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
