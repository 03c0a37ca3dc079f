//! `Condition` and `Barrier`.

use std::sync::Arc;

use asyncio_sync::{Barrier, Condition};
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use crate::threads::{block_on, explore, in_line};

#[test]
fn a_notification_is_not_missed() {
    explore(|| {
        let state = Arc::new((Condition::new(), AtomicBool::new(false)));
        let notifies = notify_on_a_thread(&state);
        block_on(wait(&state));
        notifies.join().unwrap();
        assert!(!state.0.locked());
    });
}

#[test]
fn the_notification_of_a_waiter_that_is_dropped_goes_to_the_next() {
    explore(|| {
        let state = Arc::new((Condition::new(), AtomicBool::new(false)));
        block_on(state.0.acquire()).unwrap();
        let gives_up = in_line(state.0.wait());
        let waits = thread::spawn({
            let state = state.clone();
            move || block_on(wait(&state))
        });
        let notifies = notify_on_a_thread(&state);
        drop(gives_up);
        notifies.join().unwrap();
        waits.join().unwrap();
        assert!(!state.0.locked());
    });
}

#[test]
fn two_threads_meet_at_a_barrier() {
    explore(|| {
        let barrier = Arc::new(Barrier::new(2).unwrap());
        let other = thread::spawn({
            let barrier = barrier.clone();
            move || block_on(barrier.wait()).unwrap()
        });
        let place = block_on(barrier.wait()).unwrap();
        assert_eq!(place + other.join().unwrap(), 1);
        assert_eq!(format!("{barrier:?}"), "<Barrier [filling, waiters:0/2]>");
    });
}

async fn wait((condition, is_ready): &(Condition, AtomicBool)) {
    let mut guard = condition.lock().await.unwrap();
    let is_ready = || is_ready.load(Ordering::Relaxed);
    guard.wait_for(is_ready).await.unwrap();
}

fn notify_on_a_thread(state: &Arc<(Condition, AtomicBool)>) -> thread::JoinHandle<()> {
    let state = state.clone();
    thread::spawn(move || {
        let (condition, is_ready) = &*state;
        let _guard = block_on(condition.lock()).unwrap();
        is_ready.store(true, Ordering::Relaxed);
        condition.notify(1).unwrap();
    })
}
