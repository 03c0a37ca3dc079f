//! Between threads: every item arrives once.

use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::thread;

use asyncio_queue::{GetError, Queue};
use futures_executor::block_on;
use futures_util::future::{Either, join_all, select};

const PRODUCERS: u64 = 4;
const ITEMS: u64 = 2000;

#[test]
fn every_item_arrives_once() {
    for maxsize in [0, 1, 64] {
        let (queue, sum, count) = (Queue::new(maxsize), AtomicU64::new(0), AtomicU64::new(0));
        let consume = async || {
            while let Ok(item) = queue.get().await {
                sum.fetch_add(item, Relaxed);
                count.fetch_add(1, Relaxed);
                queue.task_done().unwrap();
            }
        };
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| block_on(join_all([consume(), consume()])));
            }
            let produce = async |n: u64| {
                for item in 0..ITEMS {
                    queue.put(n * ITEMS + item).await.unwrap();
                }
            };
            thread::scope(|scope| {
                for n in 0..PRODUCERS {
                    let produce = &produce;
                    scope.spawn(move || block_on(produce(n)));
                }
            });
            block_on(queue.join()).unwrap();
            queue.shutdown();
        });
        let all = PRODUCERS * ITEMS;
        assert_eq!(count.into_inner(), all);
        assert_eq!(sum.into_inner(), all * (all - 1) / 2);
    }
}

#[test]
fn gets_and_puts_that_are_dropped_lose_nothing() {
    let (queue, got, put) = (Queue::new(2), AtomicU64::new(0), AtomicU64::new(0));
    let consume = async || {
        loop {
            match select(queue.get(), passes(2)).await {
                Either::Left((Ok(item), _)) => got.fetch_add(item, Relaxed),
                Either::Left((Err(error), _)) => return assert_eq!(error, GetError::ShutDown),
                Either::Right(_) => 0,
            };
        }
    };
    let produce = async || {
        for n in 0..ITEMS {
            if let Either::Left((outcome, _)) = select(queue.put(n), passes(1)).await {
                outcome.unwrap();
                put.fetch_add(n, Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| block_on(consume()));
        }
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| block_on(produce()));
            }
        });
        queue.shutdown();
    });
    assert_eq!(got.into_inner(), put.into_inner());
}

/// Suspends so many times.
fn passes(mut n: u32) -> impl Future<Output = ()> + Unpin {
    poll_fn(move |cx| {
        if n == 0 {
            return Poll::Ready(());
        }
        n -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}
