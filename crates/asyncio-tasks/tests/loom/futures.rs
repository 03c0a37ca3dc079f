//! `concurrent::Future`: one outcome, which everyone learns once.

use std::sync::Arc;

use asyncio_tasks::concurrent::{FIRST_COMPLETED, Future, wait};
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::model::explore;

#[test]
fn a_result_wakes_who_waits_for_it() {
    explore(|| {
        let future = Future::new();
        let waits = [(), ()].map(|()| {
            let future = future.clone();
            thread::spawn(move || assert_eq!(future.result(None).unwrap(), 7))
        });
        future.set_result(7).unwrap();
        join(waits);
    });
}

#[test]
fn a_cancel_wakes_who_waits() {
    explore(|| {
        let future = Future::<()>::new();
        let waits = thread::spawn({
            let future = future.clone();
            move || assert!(future.exception(None).unwrap_err().is_cancelled())
        });
        assert!(future.cancel());
        join([waits]);
    });
}

#[test]
fn a_result_is_moved_out_once() {
    explore(|| {
        let future = Future::new();
        let takes = [(), ()].map(|()| {
            let future = future.clone();
            thread::spawn(move || usize::from(future.take_result(None).is_ok()))
        });
        future.set_result(String::new()).unwrap();
        let taken: usize = join(takes).into_iter().sum();
        assert_eq!(taken, 1);
    });
}

#[test]
fn of_a_result_and_a_cancel_one_wins() {
    explore(|| {
        let future = Future::new();
        let cancels = thread::spawn({
            let future = future.clone();
            move || future.cancel()
        });
        let set = future.set_result(1).is_ok();
        let [cancelled] = join([cancels]);
        assert!(set != cancelled);
        assert_eq!(future.cancelled(), cancelled);
        assert!(future.done());
    });
}

#[test]
fn work_begins_or_is_cancelled() {
    explore(|| {
        let future = Future::<()>::new();
        let cancels = thread::spawn({
            let future = future.clone();
            move || future.cancel()
        });
        let begun = future.set_running_or_notify_cancel().unwrap();
        let [cancelled] = join([cancels]);
        assert!(begun != cancelled);
    });
}

#[test]
fn every_callback_is_called_once() {
    for cancels in [false, true] {
        explore(move || {
            let future = Future::new();
            let calls = Arc::new(AtomicUsize::new(0));
            let adds = [(), ()].map(|()| {
                let (future, calls) = (future.clone(), calls.clone());
                thread::spawn(move || {
                    future.add_done_callback(move |future| {
                        assert!(future.done());
                        calls.fetch_add(1, Ordering::Relaxed);
                    });
                })
            });
            match cancels {
                true => drop(future.cancel()),
                false => future.set_result(()).unwrap(),
            }
            join(adds);
            assert_eq!(calls.load(Ordering::Relaxed), 2);
        });
    }
}

#[test]
fn waiting_for_several_misses_none() {
    explore(|| {
        let futures = [Future::new(), Future::new()];
        let sets = futures
            .clone()
            .map(|future| thread::spawn(move || future.set_result(()).unwrap()));
        let (done, rest) = wait(futures, None, FIRST_COMPLETED);
        assert!(!done.is_empty());
        assert_eq!(done.len() + rest.len(), 2);
        let (done, _) = wait(rest, None, FIRST_COMPLETED);
        assert!(done.iter().all(Future::done));
        join(sets);
    });
}

fn join<T, const N: usize>(threads: [thread::JoinHandle<T>; N]) -> [T; N] {
    threads.map(|thread| thread.join().unwrap())
}
