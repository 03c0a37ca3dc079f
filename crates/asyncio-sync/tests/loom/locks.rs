//! `Lock` and `Event`.

use std::sync::Arc;

use asyncio_sync::{Event, Lock};
use asyncio_tasks::{LoopTasks, sleep};
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::model::model;
use crate::threads::{block_on, explore, in_line, poll_once};

#[test]
fn a_newcomer_does_not_miss_the_release() {
    explore(|| {
        let lock = locked();
        let releases = release_on_a_thread(&lock);
        block_on(lock.acquire()).unwrap();
        assert!(lock.locked());
        releases.join().unwrap();
    });
}

/// With `Relaxed` accesses, so that only the lock orders them.
#[test]
fn a_lock_excludes_and_orders() {
    explore(|| {
        let (lock, count) = (Arc::new(Lock::new()), Arc::new(AtomicUsize::new(0)));
        let add = |lock: &Lock, count: &AtomicUsize| {
            let _guard = block_on(lock.lock()).unwrap();
            let before = count.load(Ordering::Relaxed);
            count.store(before + 1, Ordering::Relaxed);
        };
        let other = thread::spawn({
            let (lock, count) = (lock.clone(), count.clone());
            move || add(&lock, &count)
        });
        add(&lock, &count);
        add(&lock, &count);
        other.join().unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 3);
        assert!(lock.try_lock().is_some());
    });
}

/// Whoever is polled by chance may see its turn before it is told.
#[test]
fn a_turn_that_is_seen_early_orders_as_well() {
    explore(|| {
        let (lock, done) = (locked(), Arc::new(AtomicUsize::new(0)));
        let mut waits = in_line(lock.acquire());
        let releases = thread::spawn({
            let (lock, done) = (lock.clone(), done.clone());
            move || {
                done.store(1, Ordering::Relaxed);
                lock.release().unwrap();
            }
        });
        if poll_once(&mut waits).is_ready() {
            assert_eq!(done.load(Ordering::Relaxed), 1);
            assert!(lock.locked());
        }
        releases.join().unwrap();
    });
}

#[test]
fn a_waiter_that_is_dropped_passes_the_lock_on() {
    explore(|| {
        let lock = locked();
        let gives_up = in_line(lock.lock_owned());
        let releases = release_on_a_thread(&lock);
        let drops = thread::spawn(move || drop(gives_up));
        block_on(lock.acquire()).unwrap();
        drops.join().unwrap();
        releases.join().unwrap();
        assert!(lock.locked());
    });
}

#[test]
fn a_lock_that_nobody_wants_any_more_is_free() {
    explore(|| {
        let lock = locked();
        let gives_up = in_line(lock.lock_owned());
        let releases = release_on_a_thread(&lock);
        drop(gives_up);
        releases.join().unwrap();
        assert!(lock.try_lock().is_some());
    });
}

/// The request to cancel takes a place out of the line from outside.
#[test]
fn a_task_that_is_cancelled_leaves_the_lock_to_the_next() {
    model(|event_loop| {
        let lock = locked();
        let waits = lock.clone();
        let task = event_loop.create_task(async move { Ok(waits.acquire().await?) });
        event_loop.run_until_complete(sleep(0.0)).unwrap();
        let releases = release_on_a_thread(&lock);
        task.cancel();
        let next = lock.clone();
        let takes = async move { Ok(next.acquire().await?) };
        event_loop.run_until_complete(takes).unwrap();
        releases.join().unwrap();
        assert!(lock.locked());
    });
}

#[test]
fn who_waits_for_an_event_does_not_miss_that_it_is_set() {
    explore(|| {
        let event = Arc::new(Event::new());
        let sets = thread::spawn({
            let event = event.clone();
            move || event.set()
        });
        block_on(event.wait()).unwrap();
        sets.join().unwrap();
    });
}

#[test]
fn an_event_that_is_set_by_two_wakes_everybody() {
    explore(|| {
        let event = Arc::new(Event::new());
        let [one, other] = [(), ()].map(|()| {
            let event = event.clone();
            thread::spawn(move || {
                event.set();
                assert!(event.is_set());
            })
        });
        block_on(event.wait()).unwrap();
        one.join().unwrap();
        other.join().unwrap();
    });
}

fn locked() -> Arc<Lock> {
    let lock = Arc::new(Lock::new());
    std::mem::forget(lock.try_lock().unwrap());
    lock
}

fn release_on_a_thread(lock: &Arc<Lock>) -> thread::JoinHandle<()> {
    let lock = lock.clone();
    thread::spawn(move || lock.release().unwrap())
}
