//! `Semaphore`.

use std::sync::Arc;

use asyncio_sync::{BoundedSemaphore, Semaphore};
use loom::thread;

use crate::threads::{block_on, explore, in_line};

#[test]
fn a_newcomer_does_not_miss_the_unit() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let releases = release_on_a_thread(&semaphore, 1);
        block_on(semaphore.acquire()).unwrap();
        releases.join().unwrap();
        assert!(semaphore.locked());
    });
}

#[test]
fn two_units_reach_two_waiters() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let releases = release_on_a_thread(&semaphore, 2);
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || block_on(semaphore.acquire()).unwrap()
        });
        block_on(semaphore.acquire()).unwrap();
        other.join().unwrap();
        releases.join().unwrap();
        assert!(semaphore.locked());
    });
}

#[test]
fn the_unit_of_a_waiter_that_is_dropped_goes_to_the_next() {
    explore(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let gives_up = in_line(semaphore.permit_owned());
        let releases = release_on_a_thread(&semaphore, 1);
        let drops = thread::spawn(move || drop(gives_up));
        block_on(semaphore.acquire()).unwrap();
        drops.join().unwrap();
        releases.join().unwrap();
        assert!(semaphore.locked());
    });
}

#[test]
fn a_bounded_semaphore_is_not_released_beyond_its_bound() {
    explore(|| {
        let semaphore = Arc::new(BoundedSemaphore::new(1));
        std::mem::forget(semaphore.try_permit().unwrap());
        let other = thread::spawn({
            let semaphore = semaphore.clone();
            move || semaphore.release().is_ok()
        });
        let released = semaphore.release().is_ok();
        assert!(released != other.join().unwrap());
        assert!(semaphore.try_permit().is_some());
    });
}

fn release_on_a_thread(semaphore: &Arc<Semaphore>, units: usize) -> thread::JoinHandle<()> {
    let semaphore = semaphore.clone();
    thread::spawn(move || (0..units).for_each(|_| semaphore.release()))
}
