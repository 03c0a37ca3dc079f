//! Between threads: as much at once as the machine allows, then everything must add up.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use asyncio_sync::{Barrier, Condition, Event, Lock, Semaphore};
use futures_executor::block_on;
use futures_util::future::{join_all, select};

use crate::support::{poll_once, yield_now};

const THREADS: usize = 4;
const ROUNDS: usize = 500;

/// Runs `body` in as many threads, a few tasks in each.
fn in_threads<F: Future<Output = ()>>(body: impl Fn(usize) -> F + Send + Sync) {
    thread::scope(|scope| {
        for n in 0..THREADS {
            let body = &body;
            scope.spawn(move || block_on(join_all((0..3).map(|m| body(3 * n + m)))));
        }
    });
}

#[test]
fn a_lock_excludes_threads() {
    let (lock, count) = (Lock::new(), AtomicUsize::new(0));
    in_threads(async |_| {
        for _ in 0..ROUNDS {
            let _guard = lock.lock().await.unwrap();
            let before = count.load(Relaxed);
            yield_now().await;
            count.store(before + 1, Relaxed);
        }
    });
    assert_eq!(count.load(Relaxed), 3 * THREADS * ROUNDS);
    assert_eq!(format!("{lock:?}"), "<Lock [unlocked, waiters:0]>");
}

#[test]
fn waiters_that_give_up_lose_no_turn() {
    let (lock, count) = (Lock::new(), AtomicUsize::new(0));
    in_threads(async |n| {
        for round in 0..ROUNDS {
            if (n + round) % 3 == 0 {
                // Often woken, and dropped all the same.
                let mut waiter = lock.lock();
                let _maybe = poll_once(&mut waiter);
                yield_now().await;
            } else {
                let _guard = lock.lock().await.unwrap();
                count.fetch_add(1, Relaxed);
                yield_now().await;
            }
        }
    });
    assert!(count.load(Relaxed) > THREADS * ROUNDS);
    assert_eq!(format!("{lock:?}"), "<Lock [unlocked, waiters:0]>");
}

#[test]
fn a_semaphore_counts_between_threads() {
    let (semaphore, inside) = (Arc::new(Semaphore::new(3)), AtomicUsize::new(0));
    in_threads(async |n| {
        for round in 0..ROUNDS {
            if (n + round) % 5 == 0 {
                let _maybe = select(semaphore.permit(), pin!(yield_now())).await;
            }
            let permit = semaphore.permit_owned().await.unwrap();
            assert!(inside.fetch_add(1, Relaxed) < 3);
            yield_now().await;
            inside.fetch_sub(1, Relaxed);
            drop(permit);
        }
    });
    assert_eq!(inside.load(Relaxed), 0);
}

#[test]
fn an_event_is_seen_in_every_thread() {
    let events: Vec<Event> = (0..ROUNDS).map(|_| Event::new()).collect();
    let seen = AtomicUsize::new(0);
    in_threads(async |n| {
        for (round, event) in events.iter().enumerate() {
            if round % (3 * THREADS) == n {
                event.set();
            }
            event.wait().await.unwrap();
            seen.fetch_add(1, Relaxed);
        }
    });
    assert_eq!(seen.load(Relaxed), 3 * THREADS * ROUNDS);
}

#[test]
fn a_condition_loses_no_notification() {
    let (condition, turn) = (Condition::new(), AtomicUsize::new(0));
    in_threads(async |n| {
        for round in 0..ROUNDS / 5 {
            let mut guard = condition.lock().await.unwrap();
            let mine = round * 3 * THREADS + n;
            guard.wait_for(|| turn.load(Relaxed) == mine).await.unwrap();
            turn.fetch_add(1, Relaxed);
            condition.notify_all().unwrap();
        }
    });
    assert_eq!(turn.load(Relaxed), 3 * THREADS * (ROUNDS / 5));
}

#[test]
fn a_barrier_gathers_threads() {
    let barrier = Barrier::new(3 * THREADS).unwrap();
    let (first, places) = (AtomicUsize::new(0), AtomicUsize::new(0));
    in_threads(async |_| {
        for _ in 0..ROUNDS / 5 {
            let place = barrier.wait().await.unwrap();
            first.fetch_add(usize::from(place == 0), Relaxed);
            places.fetch_add(place, Relaxed);
        }
    });
    let (n, rounds) = (3 * THREADS, ROUNDS / 5);
    assert_eq!(first.load(Relaxed), rounds);
    assert_eq!(places.load(Relaxed), rounds * n * (n - 1) / 2);
}
