//! On our loop: cancellation in combinators, loops that are closed, guards that find nothing to give back.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use asyncio_sync::{BoundedSemaphore, Condition, Event, Lock, Semaphore};
use asyncio_tasks::{create_task, sleep, timeout, wait_for};
use futures_util::future::{join, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::support::{Log, run, run_reported};

#[test]
fn a_guard_whose_lock_was_released_reports_it() {
    let (outcome, reports) = run_reported(async {
        let lock = Lock::new();
        let guard = lock.lock().await?;
        lock.release()?;
        drop(guard);
        let semaphore = BoundedSemaphore::new(1);
        let permit = semaphore.permit().await?;
        semaphore.release()?;
        drop(permit);
        let condition = Condition::new();
        let guard = condition.lock().await?;
        condition.release()?;
        drop(guard);
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        [
            "Exception in the destructor of a LockGuard: Lock is not acquired.",
            "Exception in the destructor of a Permit: BoundedSemaphore released too many times",
            "Exception in the destructor of a ConditionGuard: Lock is not acquired.",
        ]
    );
}

#[test]
fn a_timeout_takes_its_waiter_out_of_the_line() {
    run(async {
        let lock = Rc::new(Lock::new());
        let guard = lock.lock().await?;
        let error = timeout(1.0, async |_| Ok(lock.acquire().await?)).await;
        assert!(error.unwrap_err().is::<asyncio_tasks::TimeoutError>());
        let waiter = lock.clone();
        let error = wait_for(async move { Ok(waiter.acquire().await?) }, 1.0).await;
        assert!(error.unwrap_err().is::<asyncio_tasks::TimeoutError>());
        drop(guard);
        assert!(lock.try_lock().is_some());
        Ok(())
    });
}

#[test]
fn two_waiters_of_one_task_are_both_cancelled() {
    run(async {
        let (lock, event) = (Rc::new(Lock::new()), Rc::new(Event::new()));
        let guard = lock.lock().await?;
        let task = create_task({
            let (lock, event) = (lock.clone(), event.clone());
            async move {
                let (first, second) = join(event.wait(), lock.acquire()).await;
                Ok((first.is_err(), second.is_err()))
            }
        });
        sleep(0).await?;
        task.cancel();
        sleep(0).await?;
        assert!(task.done(), "the line has passed over the lock's waiter");
        assert_eq!(task.await?, (true, true));
        drop(guard);
        assert!(lock.try_lock().is_some());
        Ok(())
    });
}

#[test]
fn the_loser_of_a_select_gives_its_turn_away() {
    run(async {
        let (lock, event) = (Lock::new(), Event::new());
        let guard = lock.lock().await?;
        let log = Log::default();
        let first = async {
            select(event.wait(), lock.acquire()).await;
            log.add("selected");
        };
        let second = async {
            let _guard = lock.lock().await;
            log.add("locked");
        };
        let open = async {
            event.set();
            drop(guard);
        };
        join(join(first, second), open).await;
        assert_eq!(log.take(), ["selected", "locked"]);
        assert!(!lock.locked());
        Ok(())
    });
}

#[test]
fn a_waiter_with_a_waker_of_its_own_keeps_its_place_when_the_task_is_cancelled() {
    run(async {
        let lock = Rc::new(Lock::new());
        let guard = lock.lock().await?;
        let order = Rc::new(RefCell::new(Vec::new()));
        let task = create_task({
            let (lock, order) = (lock.clone(), order.clone());
            async move {
                let waiters: FuturesUnordered<_> = [lock.lock()].into_iter().collect();
                let stop = Event::new();
                // The event's wait takes the request; the set polls only whom the lock wakes.
                let mut next = waiters.into_future();
                select(stop.wait(), &mut next).await;
                order.borrow_mut().push("cancelled");
                let (outcome, _rest) = next.await;
                order.borrow_mut().push("locked");
                drop(outcome.unwrap()?);
                Ok(())
            }
        });
        sleep(0).await?;
        task.cancel();
        sleep(0).await?;
        drop(guard);
        task.await?;
        assert_eq!(*order.borrow(), ["cancelled", "locked"]);
        Ok(())
    });
}

#[test]
fn a_late_cancel_does_not_touch_the_next_waiter() {
    run(async {
        let semaphore = std::sync::Arc::new(Semaphore::new(0));
        // A waiter that leaves its place without a step of its task, and another one that takes the place.
        let place = Rc::new(RefCell::new(None));
        let task = create_task({
            let (semaphore, place) = (semaphore.clone(), place.clone());
            async move {
                *place.borrow_mut() = Some(semaphore.permit_owned());
                std::future::poll_fn(|cx| {
                    let mut place = place.borrow_mut();
                    let Some(waiter) = place.as_mut() else {
                        return std::task::Poll::Ready(Ok(()));
                    };
                    let _pending = std::pin::Pin::new(waiter).poll(cx);
                    std::task::Poll::Pending
                })
                .await
            }
        });
        sleep(0).await?;
        place.borrow_mut().take();
        let other = create_task({
            let semaphore = semaphore.clone();
            async move { Ok(semaphore.acquire().await?) }
        });
        sleep(0).await?;
        task.cancel();
        semaphore.release();
        other.await
    });
}

#[test]
fn a_cancel_does_not_touch_a_waiter_that_moved_to_another_task() {
    run(async {
        let lock = std::sync::Arc::new(Lock::new());
        let guard = lock.lock().await?;
        let first = create_task({
            let lock = lock.clone();
            async move {
                let mut waiter = lock.lock_owned();
                assert!(futures_util::poll!(&mut waiter).is_pending());
                let second = create_task(async move {
                    let _guard = waiter.await?;
                    Ok(())
                });
                let _cancelled = sleep(10).await;
                Ok(second)
            }
        });
        sleep(0).await?;
        sleep(0).await?;
        first.cancel();
        drop(guard);
        first.await?.await
    });
}

/// A newcomer would not have to wait either.
#[test]
fn who_tries_does_not_stand_behind_who_was_cancelled() {
    run(async {
        let (lock, semaphore) = (Rc::new(Lock::new()), Rc::new(Semaphore::new(0)));
        lock.acquire().await?;
        let waits_for_lock = lock.clone();
        let waits_for_unit = semaphore.clone();
        let tasks = [
            create_task(async move { Ok(waits_for_lock.acquire().await?) }),
            create_task(async move { Ok(waits_for_unit.acquire().await?) }),
        ];
        sleep(0).await?;
        assert!(lock.try_lock().is_none() && semaphore.try_permit().is_none());
        for task in &tasks {
            task.cancel();
        }
        lock.release()?;
        semaphore.release();
        let (guard, permit) = (lock.try_lock(), semaphore.try_permit());
        assert!(guard.is_some() && permit.is_some());
        sleep(0).await?;
        assert!(tasks.iter().all(|task| task.cancelled()));
        Ok(())
    });
}

#[test]
fn a_loop_that_is_closed_drops_those_who_wait_and_those_who_have() {
    let lock = Rc::new(Lock::new());
    let event_loop = asyncio_tasks::new_event_loop().unwrap();
    event_loop.set_exception_handler(|_: &_, _: &_| ());
    for _ in 0..3 {
        let lock = lock.clone();
        asyncio_tasks::LoopTasks::create_task(&event_loop, async move {
            let _guard = lock.lock().await?;
            Ok(Event::new().wait().await?)
        });
    }
    let main = asyncio_tasks::LoopTasks::run_until_complete(&event_loop, async { sleep(0).await });
    main.unwrap();
    assert!(lock.locked());
    event_loop.close().unwrap();
    assert_eq!(format!("{lock:?}"), "<Lock [unlocked, waiters:0]>");
    assert!(lock.try_lock().is_some());
}

#[test]
fn loop_25_one_lock_serves_two_loops_in_two_threads() {
    let lock = std::sync::Arc::new(Lock::new());
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let work = {
        let (lock, count) = (lock.clone(), count.clone());
        move || {
            asyncio_tasks::run(async move {
                for _ in 0..200 {
                    let _guard = lock.lock().await?;
                    let before = count.load(std::sync::atomic::Ordering::Relaxed);
                    sleep(0).await?;
                    count.store(before + 1, std::sync::atomic::Ordering::Relaxed);
                }
                Ok(())
            })
        }
    };
    let threads = [work.clone(), work].map(std::thread::spawn);
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 400);
}
