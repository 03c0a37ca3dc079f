//! Queues between threads, in every interleaving that loom finds: no item and no wake-up is lost.
//!
//!     RUSTFLAGS="--cfg loom" cargo test -p asyncio-queue --test loom

#![cfg(loom)]

#[path = "../../../asyncio-sync/tests/loom/threads.rs"]
mod threads;

use std::sync::Arc;

use asyncio_queue::{GetError, PutError, Queue};
use loom::thread;

use crate::threads::{block_on, explore, in_line};

#[test]
fn a_getter_does_not_miss_the_item() {
    explore(|| {
        let queue = Arc::new(Queue::new(0));
        let puts = on_a_thread(&queue, |queue| queue.put_nowait(1).unwrap());
        assert_eq!(block_on(queue.get()).unwrap(), 1);
        puts.join().unwrap();
    });
}

#[test]
fn items_come_in_order_through_a_queue_of_one() {
    explore(|| {
        let queue = Arc::new(Queue::new(1));
        let puts = on_a_thread(&queue, |queue| {
            (0..3).for_each(|item| block_on(queue.put(item)).unwrap());
        });
        let items = [(); 3].map(|()| block_on(queue.get()).unwrap());
        assert_eq!(items, [0, 1, 2]);
        puts.join().unwrap();
    });
}

#[test]
fn two_getters_share_two_items() {
    explore(|| {
        let queue = Arc::new(Queue::new(0));
        let puts = on_a_thread(&queue, |queue| {
            queue.put_nowait(1).unwrap();
            queue.put_nowait(2).unwrap();
        });
        let gets = on_a_thread(&queue, |queue| block_on(queue.get()).unwrap());
        let item = block_on(queue.get()).unwrap();
        assert_eq!(item + gets.join().unwrap(), 3);
        puts.join().unwrap();
    });
}

#[test]
fn a_getter_that_is_dropped_leaves_the_item_to_the_next() {
    explore(|| {
        let queue = Arc::new(Queue::new(0));
        let gives_up = in_line(queue.get());
        let gets = on_a_thread(&queue, |queue| block_on(queue.get()).unwrap());
        let puts = on_a_thread(&queue, |queue| queue.put_nowait(1).unwrap());
        drop(gives_up);
        assert_eq!(gets.join().unwrap(), 1);
        puts.join().unwrap();
    });
}

#[test]
fn a_putter_that_is_dropped_leaves_the_room_to_the_next() {
    explore(|| {
        let queue = Arc::new(Queue::new(1));
        queue.put_nowait(1).unwrap();
        let gives_up = in_line(queue.put(2));
        let puts = on_a_thread(&queue, |queue| block_on(queue.put(3)).unwrap());
        let gets = on_a_thread(&queue, |queue| queue.get_nowait().unwrap());
        drop(gives_up);
        assert_eq!(gets.join().unwrap(), 1);
        puts.join().unwrap();
        assert_eq!(queue.get_nowait(), Ok(3));
    });
}

#[test]
fn a_shutdown_reaches_who_waits_and_who_comes() {
    explore(|| {
        let (empty, full) = (Arc::new(Queue::new(0)), Arc::new(Queue::new(1)));
        full.put_nowait(1).unwrap();
        let shuts_down = on_a_thread(&empty, Queue::shutdown);
        assert_eq!(block_on(empty.get()), Err(GetError::ShutDown));
        shuts_down.join().unwrap();
        let shuts_down = on_a_thread(&full, Queue::shutdown_immediate);
        assert_eq!(block_on(full.put(2)), Err(PutError::ShutDown(2)));
        shuts_down.join().unwrap();
    });
}

#[test]
fn who_joins_does_not_miss_the_last_task_done() {
    explore(|| {
        let queue = Arc::new(Queue::new(0));
        queue.put_nowait(1).unwrap();
        let works = on_a_thread(&queue, |queue| {
            queue.put_nowait(2).unwrap();
            queue.task_done().unwrap();
            queue.task_done().unwrap();
        });
        block_on(queue.join()).unwrap();
        works.join().unwrap();
        assert!(queue.task_done().is_err());
    });
}

#[test]
fn who_joins_waits_for_an_item_that_comes_with_the_last_task_done() {
    explore(|| {
        let queue = Arc::new(Queue::new(0));
        queue.put_nowait(1).unwrap();
        let works = on_a_thread(&queue, |queue| queue.task_done().unwrap());
        queue.put_nowait(2).unwrap();
        works.join().unwrap();
        drop(in_line(queue.join()));
        queue.task_done().unwrap();
        block_on(queue.join()).unwrap();
    });
}

fn on_a_thread<T: 'static>(
    queue: &Arc<Queue<i32>>,
    work: impl FnOnce(&Queue<i32>) -> T + 'static,
) -> thread::JoinHandle<T> {
    let queue = queue.clone();
    thread::spawn(move || work(&queue))
}
