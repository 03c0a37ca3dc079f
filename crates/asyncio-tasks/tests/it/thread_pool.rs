//! `concurrent::ThreadPoolExecutor`, `concurrent::wait` and `concurrent::as_completed`.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};
use std::thread;

use asyncio_tasks::concurrent::{
    ALL_COMPLETED, BrokenThreadPool, FIRST_COMPLETED, FIRST_EXCEPTION, Future, Shutdown,
    ThreadPoolExecutor, as_completed, wait,
};
use asyncio_tasks::{
    CancelledError, Error, PanicError, Result, RuntimeError, TimeoutError, ValueError, raise,
};

use crate::support::threads_named;

#[test]
fn jobs_return_what_they_like() {
    let pool = ThreadPoolExecutor::new(2);
    assert_eq!(pool.submit(|| 42).result(None).unwrap(), 42);
    let inner = pool.submit(|| "x".parse::<i32>()).result(None).unwrap();
    assert!(inner.is_err());
    let panic = pool.submit(|| -> () { panic!("expected by this test") });
    let error = panic.result(None).unwrap_err();
    let panic = error.downcast_ref::<PanicError>().unwrap();
    assert_eq!(panic.message(), "expected by this test");
    let raised = pool.submit(|| -> () { raise(ValueError::with_message("bad")) });
    assert!(raised.result(None).unwrap_err().is::<ValueError>());
    assert_eq!(pool.submit(|| "goes on").result(None).unwrap(), "goes on");
}

#[test]
fn threads_are_started_when_none_is_idle_and_named_by_number() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(3)
        .thread_name_prefix("lazy")
        .build()
        .unwrap();
    assert_eq!(threads_named("lazy"), 0);
    let name = || thread::current().name().unwrap().to_owned();
    assert_eq!(pool.submit(name).result(None).unwrap(), "lazy_0");

    let meeting = Arc::new(Barrier::new(3));
    let names: Vec<_> = (0..3)
        .map(|_| {
            let meeting = meeting.clone();
            pool.submit(move || {
                meeting.wait();
                name()
            })
        })
        .map(|future| move || future.result(None).unwrap())
        .collect();
    let names: HashSet<String> = names.iter().map(|result| result()).collect();
    assert_eq!(
        names,
        HashSet::from(["lazy_0", "lazy_1", "lazy_2"].map(String::from))
    );
    drop(pool);
    assert_eq!(threads_named("lazy"), 0);
}

#[test]
fn the_maximum_must_not_be_zero() {
    let refused = ThreadPoolExecutor::builder().max_workers(0).build();
    let text = "max_workers must be greater than 0";
    assert_eq!(refused.unwrap_err(), ValueError::with_message(text));
    let unwound = thread::spawn(|| ThreadPoolExecutor::new(0)).join();
    let error = Error::from_panic(unwound.unwrap_err());
    assert_eq!(error.to_string(), format!("panicked: ValueError: {text}"));
}

#[test]
fn jobs_queue_up_and_can_be_cancelled_until_they_begin() {
    let pool = ThreadPoolExecutor::new(1);
    let (release, first) = blocked(&pool);
    let second = pool.submit(|| 2);
    let third = pool.submit(|| 3);
    assert!(!first.cancel() && first.running());
    assert!(second.cancel() && second.cancelled());
    release.send(()).unwrap();
    assert_eq!(third.result(None).unwrap(), 3);
    assert!(second.result(None).unwrap_err().is::<CancelledError>());
}

#[test]
fn a_shutdown_does_what_is_queued_and_refuses_more() {
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .thread_name_prefix("tidy")
        .build()
        .unwrap();
    let (release, first) = blocked(&pool);
    let second = pool.submit(|| 2);
    pool.shutdown(Shutdown::no_wait());
    let refused = pool.submit(|| 3);
    let text = "cannot schedule new futures after shutdown";
    assert_eq!(
        refused.result(0.0).unwrap_err().downcast_ref(),
        Some(&RuntimeError::with_message(text))
    );
    assert!(!first.done() && !second.done());
    release.send(()).unwrap();
    pool.shutdown(Shutdown::wait());
    assert!(first.done());
    assert_eq!(second.result(0.0).unwrap(), 2);
    assert_eq!(threads_named("tidy"), 0);
}

#[test]
fn a_shutdown_may_cancel_what_is_queued() {
    let pool = ThreadPoolExecutor::new(1);
    let (release, first) = blocked(&pool);
    let queued = [pool.submit(|| 2), pool.submit(|| 3)];
    pool.shutdown(Shutdown::no_wait().cancel_futures());
    let (done, _) = wait(queued.clone(), None, ALL_COMPLETED);
    assert_eq!(done.len(), 2);
    assert!(queued.iter().all(Future::cancelled));
    assert!(!first.done());
    release.send(()).unwrap();
    pool.shutdown(Shutdown::wait());
    assert!(first.done() && !first.cancelled());
}

#[test]
fn dropping_the_last_handle_waits() {
    let (sender, receiver) = mpsc::channel();
    let pool = ThreadPoolExecutor::new(2);
    let other = pool.clone();
    for n in 0..8 {
        let sender = sender.clone();
        other.submit(move || sender.send(n).unwrap());
    }
    drop(sender);
    drop(pool);
    drop(other);
    assert_eq!(receiver.try_iter().count(), 8);
}

#[test]
fn a_job_may_hold_and_drop_the_last_handle() {
    let pool = ThreadPoolExecutor::new(2);
    let (release, released) = mpsc::channel::<()>();
    let future = pool.submit({
        let pool = pool.clone();
        move || {
            released.recv().unwrap();
            drop(pool);
            "alive"
        }
    });
    drop(pool);
    release.send(()).unwrap();
    assert_eq!(future.result(None).unwrap(), "alive");
}

#[test]
fn a_job_may_wait_for_the_others_of_its_pool() {
    let pool = ThreadPoolExecutor::new(2);
    let (release, other) = blocked(&pool);
    let future = pool.submit({
        let (pool, other) = (pool.clone(), other.clone());
        move || {
            release.send(()).unwrap();
            pool.shutdown(Shutdown::wait());
            pool.shutdown(Shutdown::wait());
            other.done()
        }
    });
    assert!(future.result(None).unwrap());
    pool.shutdown(Shutdown::wait());
}

#[test]
fn an_initializer_runs_in_each_thread_first() {
    let count = Arc::new(AtomicUsize::new(0));
    let pool = ThreadPoolExecutor::builder()
        .max_workers(2)
        .initializer({
            let count = count.clone();
            move || {
                count.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .unwrap();
    let meeting = Arc::new(Barrier::new(2));
    let jobs =
        [meeting.clone(), meeting].map(|meeting| pool.submit(move || meeting.wait().is_leader()));
    for job in jobs {
        job.result(None).unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn a_failing_initializer_breaks_the_pool() {
    let (release, released) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let pool = ThreadPoolExecutor::builder()
        .max_workers(1)
        .initializer(move || {
            released.lock().unwrap().recv()?;
            Err::<(), Error>(ValueError::with_message("bad start").into())
        })
        .build()
        .unwrap();
    let pending = [pool.submit(|| 1), pool.submit(|| 2)];
    release.send(()).unwrap();
    for future in pending {
        let error = future.result(None).unwrap_err();
        assert!(error.is::<BrokenThreadPool>());
        assert!(error.cause().unwrap().is::<ValueError>());
    }
    let refused = pool.submit(|| 3).result(0.0).unwrap_err();
    assert!(refused.is::<BrokenThreadPool>());
    pool.shutdown(Shutdown::wait());
}

#[test]
fn map_keeps_the_order_of_its_items() {
    let pool = ThreadPoolExecutor::new(4);
    let squares: Result<Vec<u64>> = pool.map(|n| n * n, 0..100).into_iter().collect();
    assert_eq!(
        squares.unwrap(),
        (0..100).map(|n| n * n).collect::<Vec<_>>()
    );
    let few: Result<Vec<u64>> = pool.map(|n| n, 0..10).buffersize(2).into_iter().collect();
    assert_eq!(few.unwrap(), (0..10).collect::<Vec<_>>());
}

#[test]
fn map_submits_no_more_than_the_buffer_holds() {
    let pool = ThreadPoolExecutor::new(1);
    let taken = Arc::new(AtomicUsize::new(0));
    let items = (0..10).inspect({
        let taken = taken.clone();
        move |_| {
            taken.fetch_add(1, Ordering::SeqCst);
        }
    });
    let mut results = pool.map(|n| n, items).buffersize(3).into_iter();
    assert_eq!(taken.load(Ordering::SeqCst), 3);
    assert_eq!(results.next().unwrap().unwrap(), 0);
    assert_eq!(taken.load(Ordering::SeqCst), 4);
}

#[test]
fn map_ends_after_an_error_and_cancels_the_rest() {
    let pool = ThreadPoolExecutor::new(1);
    let (release, first) = blocked(&pool);
    let mut results = pool.map(|n: i32| n, 0..3).timeout(0.0).into_iter();
    assert!(results.next().unwrap().unwrap_err().is::<TimeoutError>());
    assert!(results.next().is_none());
    release.send(()).unwrap();
    first.result(None).unwrap();

    let done = Arc::new(AtomicUsize::new(0));
    let (release, _) = blocked(&pool);
    let unread = pool.map(
        {
            let done = done.clone();
            move |_| {
                done.fetch_add(1, Ordering::SeqCst);
            }
        },
        0..3,
    );
    drop(unread.into_iter());
    release.send(()).unwrap();
    drop(pool);
    assert_eq!(done.load(Ordering::SeqCst), 0);
}

#[test]
fn wait_returns_when_it_is_told_to() {
    let futures: [Future<i32>; 3] = [Future::new(), Future::new(), Future::new()];
    let given = || futures.iter().chain(&futures[..1]).cloned();
    let lengths = |(done, rest): (Vec<_>, Vec<_>)| (done.len(), rest.len());
    assert_eq!(lengths(wait(given(), 0.0, ALL_COMPLETED)), (0, 3));
    futures[2].cancel();
    assert_eq!(lengths(wait(given(), None, FIRST_COMPLETED)), (1, 2));
    assert_eq!(lengths(wait(given(), 0.001, FIRST_EXCEPTION)), (1, 2));
    let late = thread::spawn({
        let future = futures[0].clone();
        move || future.set_exception(ValueError::with_message("boom"))
    });
    assert_eq!(lengths(wait(given(), None, FIRST_EXCEPTION)), (2, 1));
    late.join().unwrap().unwrap();
    futures[1].set_result(1).unwrap();
    assert_eq!(lengths(wait(given(), None, ALL_COMPLETED)), (3, 0));
    assert_eq!(lengths(wait(Vec::new(), None, ALL_COMPLETED)), (0, 0));
}

#[test]
fn as_completed_gives_each_future_once() {
    let pool = ThreadPoolExecutor::new(2);
    let (release, slow) = blocked(&pool);
    let quick = pool.submit(|| ());
    let mut completed = as_completed([slow.clone(), quick.clone(), slow.clone()], None);
    completed.next().unwrap().unwrap().result(0.0).unwrap();
    assert!(quick.done() && !slow.done());
    release.send(()).unwrap();
    completed.next().unwrap().unwrap().result(0.0).unwrap();
    assert!(slow.done());
    assert!(completed.next().is_none());
}

#[test]
fn debug_text_tells_the_state() {
    let text = |future: &Future<i32>| {
        let text = format!("{future:?}");
        text.split_once(" state=").unwrap().1.to_owned()
    };
    let future = Future::new();
    assert_eq!(text(&future), "pending>");
    future.set_running_or_notify_cancel().unwrap();
    assert_eq!(text(&future), "running>");
    future.set_result(1).unwrap();
    assert_eq!(text(&future), "finished returned i32>");
    let future = Future::new();
    future
        .set_exception(ValueError::with_message("boom"))
        .unwrap();
    assert_eq!(text(&future), "finished raised ValueError>");
}

#[test]
fn many_threads_submit_to_few() {
    let pool = ThreadPoolExecutor::new(3);
    let submitters: Vec<_> = (0..8)
        .map(|_| {
            let pool = pool.clone();
            thread::spawn(move || {
                let futures: Vec<_> = (0..500).map(|n| pool.submit(move || n)).collect();
                futures
                    .iter()
                    .map(|future| future.result(None).unwrap())
                    .sum::<u64>()
            })
        })
        .collect();
    let sums = submitters.into_iter().map(|thread| thread.join().unwrap());
    assert_eq!(sums.sum::<u64>(), 8 * (499 * 500 / 2));
}

/// A job that has begun, and ends when it is told to.
fn blocked(pool: &ThreadPoolExecutor) -> (Sender<()>, Future<()>) {
    let (release, released): (_, Receiver<()>) = mpsc::channel();
    let (begin, begun) = mpsc::channel();
    let future = pool.submit(move || {
        begin.send(()).unwrap();
        released.recv().unwrap();
    });
    begun.recv().unwrap();
    (release, future)
}
