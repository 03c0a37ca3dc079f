//! Waiters that are dropped at every point: nothing is lost, and what they had passes on. No executor at all.

use std::sync::Arc;
use std::task::Poll;

use asyncio_sync::{Barrier, Condition, Event, Lock, Semaphore};

use crate::support::poll_once;

fn is_send_and_sync<T: Send + Sync>(_: &T) {}
fn is_send<T: Send>(_: &T) {}

#[test]
fn everything_can_be_shared_between_threads() {
    let (lock, event, semaphore) = (Lock::new(), Event::new(), Semaphore::new(1));
    let (condition, barrier) = (Condition::new(), Barrier::new(2).unwrap());
    is_send_and_sync(&lock);
    is_send_and_sync(&event);
    is_send_and_sync(&semaphore);
    is_send_and_sync(&condition);
    is_send_and_sync(&barrier);
    is_send_and_sync(&Condition::with_lock(Arc::new(Lock::new())));
    is_send(&lock.acquire());
    is_send(&lock.lock());
    is_send(&event.wait());
    is_send(&semaphore.permit());
    is_send(&condition.wait());
    is_send(&condition.lock());
    is_send(&condition.wait_for(|| true));
    is_send(&barrier.wait());
}

#[test]
fn a_waiter_that_was_never_polled_is_not_in_line() {
    let lock = Lock::new();
    let never = lock.acquire();
    assert!(poll_once(&mut lock.acquire()).is_ready());
    drop(never);
    assert_eq!(format!("{lock:?}"), "<Lock [locked, waiters:0]>");
}

#[test]
fn a_lock_passes_over_who_left_and_on_from_who_was_woken() {
    let lock = Lock::new();
    let guard = lock.try_lock().unwrap();
    let (mut a, mut b, mut c) = (lock.lock(), lock.lock(), lock.lock());
    assert!(poll_once(&mut a).is_pending());
    assert!(poll_once(&mut b).is_pending());
    assert!(poll_once(&mut c).is_pending());
    assert!(lock.try_lock().is_none());
    drop(a);
    drop(guard);
    assert!(!lock.locked());
    assert!(lock.try_lock().is_none(), "b has the turn");
    assert!(poll_once(&mut c).is_pending());
    drop(b);
    assert!(lock.try_lock().is_none(), "c has the turn");
    let Poll::Ready(Ok(guard)) = poll_once(&mut c) else {
        panic!("b passed the lock on");
    };
    drop(guard);
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_lock_is_free_when_the_last_one_left() {
    let lock = Lock::new();
    let guard = lock.try_lock().unwrap();
    let mut a = lock.acquire();
    assert!(poll_once(&mut a).is_pending());
    drop(guard);
    drop(a);
    assert!(lock.release().is_err());
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_unit_of_a_dropped_waiter_goes_to_the_next() {
    let semaphore = Semaphore::new(0);
    let (mut a, mut b, mut c) = (
        semaphore.acquire(),
        semaphore.acquire(),
        semaphore.acquire(),
    );
    for waiter in [&mut a, &mut b, &mut c] {
        assert!(poll_once(waiter).is_pending());
    }
    semaphore.release();
    semaphore.release();
    drop(a);
    assert!(poll_once(&mut b).is_ready());
    assert!(poll_once(&mut c).is_ready());
    assert!(semaphore.locked());
}

#[test]
fn units_for_newcomers_are_not_forgotten_when_the_woken_one_leaves() {
    let semaphore = Semaphore::new(0);
    let mut a = semaphore.acquire();
    assert!(poll_once(&mut a).is_pending());
    semaphore.release();
    semaphore.release();
    let mut b = semaphore.acquire();
    assert!(poll_once(&mut b).is_pending(), "a comes first");
    drop(a);
    assert!(poll_once(&mut b).is_ready());
    assert!(semaphore.try_permit().is_some());
}

#[test]
fn more_than_the_greatest_number_of_units_are_that_many() {
    let semaphore = Semaphore::new(usize::MAX);
    semaphore.release();
    assert_eq!(
        format!("{semaphore:?}"),
        format!("<Semaphore [unlocked, value:{}]>", usize::MAX)
    );
}

#[test]
fn a_guard_knows_that_its_wait_was_dropped_midway() {
    let condition = Condition::new();
    let lock_now = || match poll_once(&mut Box::pin(condition.lock())) {
        Poll::Ready(guard) => guard.unwrap(),
        Poll::Pending => panic!("it is free"),
    };
    let mut guard = lock_now();
    assert!(poll_once(&mut guard.wait()).is_pending());
    assert!(!condition.locked());
    let Poll::Ready(Err(error)) = poll_once(&mut guard.wait()) else {
        panic!("it cannot wait");
    };
    assert_eq!(error.to_string(), "cannot wait on un-acquired lock");
    let other = lock_now();
    drop(guard);
    assert!(condition.locked(), "by the other");
    drop(other);
    assert!(!condition.locked());
}

#[test]
fn a_notification_of_a_dropped_waiter_goes_to_another() {
    let condition = Condition::new();
    let mut waiters = [condition.wait(), condition.wait(), condition.wait()];
    for waiter in &mut waiters {
        assert!(poll_once(&mut condition.acquire()).is_ready());
        assert!(poll_once(waiter).is_pending());
    }
    let [a, mut b, mut c] = waiters;
    assert!(poll_once(&mut condition.acquire()).is_ready());
    condition.notify(1).unwrap();
    drop(a);
    assert!(
        poll_once(&mut b).is_pending(),
        "notified, but the lock is taken"
    );
    assert!(poll_once(&mut c).is_pending());
    condition.release().unwrap();
    drop(b);
    assert!(
        poll_once(&mut c).is_ready(),
        "has the lock and the notification"
    );
    assert!(condition.locked());
}

#[test]
fn a_barrier_forgets_a_dropped_visitor() {
    let barrier = Barrier::new(2).unwrap();
    let mut a = Box::pin(barrier.wait());
    assert!(poll_once(&mut a).is_pending());
    assert_eq!(barrier.n_waiting(), 1);
    drop(a);
    assert_eq!(barrier.n_waiting(), 0);
    let (mut b, mut c) = (Box::pin(barrier.wait()), Box::pin(barrier.wait()));
    assert!(poll_once(&mut b).is_pending());
    assert!(matches!(poll_once(&mut c), Poll::Ready(Ok(1))));
    assert_eq!(format!("{barrier:?}"), "<Barrier [draining, waiters:0/2]>");
    let mut d = Box::pin(barrier.wait());
    assert!(poll_once(&mut d).is_pending(), "it drains");
    assert!(matches!(poll_once(&mut b), Poll::Ready(Ok(0))));
    assert!(poll_once(&mut d).is_pending());
    assert_eq!(barrier.n_waiting(), 1);
}

#[test]
fn a_barrier_drains_though_a_visitor_is_dropped() {
    let barrier = Barrier::new(2).unwrap();
    let (mut a, mut b) = (Box::pin(barrier.wait()), Box::pin(barrier.wait()));
    assert!(poll_once(&mut a).is_pending());
    assert!(poll_once(&mut b).is_ready());
    drop(a);
    assert_eq!(format!("{barrier:?}"), "<Barrier [filling, waiters:0/2]>");
}

#[test]
fn names_for_debugging() {
    let (event, semaphore) = (Event::new(), Semaphore::new(2));
    assert_eq!(format!("{event:?}"), "<Event [unset, waiters:0]>");
    assert_eq!(format!("{semaphore:?}"), "<Semaphore [unlocked, value:2]>");
    let mut wait = event.wait();
    assert!(poll_once(&mut wait).is_pending());
    assert_eq!(
        format!("{event:?} {wait:?}"),
        "<Event [unset, waiters:1]> EventWait(waiting)"
    );
}
