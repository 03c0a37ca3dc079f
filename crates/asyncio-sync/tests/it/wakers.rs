//! Wakers are code of the program: they may use the primitive that wakes them, drop its waiters, and be the last to own one.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use asyncio_sync::{Condition, Event, Lock, OwnedLockGuard, Semaphore};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The task of an executor that is gone: whoever wakes it is the last to own it, and drops what it was about to do.
struct Orphan(Mutex<Option<Job>>);

impl Wake for Orphan {
    fn wake(self: Arc<Self>) {
        assert_eq!(Arc::strong_count(&self), 1, "it drops the job");
    }
}

/// Polls once, and leaves the job to the waker.
fn abandon(job: impl Future<Output = ()> + Send + 'static) {
    let orphan = Arc::new(Orphan(Mutex::new(Some(Box::pin(job)))));
    let waker = Waker::from(orphan.clone());
    let mut job = orphan.0.lock().unwrap().take().unwrap();
    assert!(
        job.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    *orphan.0.lock().unwrap() = Some(job);
}

#[test]
fn a_lock_goes_past_the_tasks_of_an_executor_that_is_gone() {
    let lock = Arc::new(Lock::new());
    let guard = lock.try_lock().unwrap();
    for _ in 0..3 {
        let lock = lock.clone();
        abandon(async move { drop(lock.lock_owned().await) });
    }
    drop(guard);
    assert!(lock.try_lock().is_some());
    assert_eq!(Arc::strong_count(&lock), 1, "the jobs are dropped");
}

#[test]
fn a_unit_goes_past_the_tasks_of_an_executor_that_is_gone() {
    let semaphore = Arc::new(Semaphore::new(0));
    for _ in 0..3 {
        let semaphore = semaphore.clone();
        abandon(async move { drop(semaphore.permit_owned().await) });
    }
    semaphore.release();
    assert!(semaphore.try_permit().is_some());
    assert_eq!(Arc::strong_count(&semaphore), 1);
}

#[test]
fn an_event_and_a_condition_wake_tasks_of_an_executor_that_is_gone() {
    let (event, condition) = (Arc::new(Event::new()), Arc::new(Condition::new()));
    for _ in 0..3 {
        let (event, condition) = (event.clone(), condition.clone());
        abandon(async move { event.wait().await.unwrap() });
        abandon(async move {
            let mut guard = condition.lock().await.unwrap();
            guard.wait().await.unwrap();
        });
    }
    event.set();
    assert_eq!(Arc::strong_count(&event), 1);
    let acquired = Pin::new(&mut condition.acquire()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(acquired.is_ready());
    condition.notify_all().unwrap();
    condition.release().unwrap();
    assert!(!condition.locked());
    assert_eq!(Arc::strong_count(&condition), 1);
}

/// Whoever is woken drops another one who waits.
struct Rival<T>(Mutex<Option<T>>);

impl<T: Send> Wake for Rival<T> {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().unwrap().take());
    }
}

#[test]
fn a_waker_may_drop_another_waiter() {
    let semaphore = Arc::new(Semaphore::new(0));
    let mut second = semaphore.permit_owned();
    let rival = Arc::new(Rival(Mutex::new(None)));
    let mut first = semaphore.permit_owned();
    let waker = Waker::from(rival.clone());
    assert!(poll_with(&mut first, &waker).is_pending());
    assert!(poll_with(&mut second, Waker::noop()).is_pending());
    *rival.0.lock().unwrap() = Some(second);
    semaphore.release();
    assert_eq!(format!("{semaphore:?}"), "<Semaphore [locked, waiters:1]>");
    let Poll::Ready(Ok(_permit)) = poll_with(&mut first, &waker) else {
        panic!("it has the turn");
    };
}

#[test]
fn a_waker_may_poll_in_place() {
    struct InPlace(
        Mutex<Option<asyncio_sync::Locking<Arc<Lock>>>>,
        Mutex<Option<OwnedLockGuard>>,
    );
    impl Wake for InPlace {
        fn wake(self: Arc<Self>) {
            let mut waiter = self.0.lock().unwrap().take().unwrap();
            let Poll::Ready(Ok(guard)) = poll_with(&mut waiter, Waker::noop()) else {
                panic!("it has the turn");
            };
            *self.1.lock().unwrap() = Some(guard);
        }
    }
    let lock = Arc::new(Lock::new());
    let guard = lock.try_lock().unwrap();
    let in_place = Arc::new(InPlace(Mutex::default(), Mutex::default()));
    let mut waiter = lock.lock_owned();
    assert!(poll_with(&mut waiter, &Waker::from(in_place.clone())).is_pending());
    *in_place.0.lock().unwrap() = Some(waiter);
    drop(guard);
    assert!(lock.locked());
    in_place.1.lock().unwrap().take();
    assert!(!lock.locked());
}

/// A waiter that moves to another task leaves the waker of the old one behind, which may be the last to own a waiter.
#[test]
fn a_waker_that_is_not_needed_any_more_may_own_a_waiter() {
    let lock = Arc::new(Lock::new());
    let guard = lock.try_lock().unwrap();
    let rivals = [(), ()].map(|()| Arc::new(Rival(Mutex::new(None))));
    let wakers = rivals.each_ref().map(|rival| Waker::from(rival.clone()));
    let mut waiter = lock.lock_owned();
    assert!(poll_with(&mut waiter, &wakers[0]).is_pending());
    for rival in &rivals {
        let mut owned = lock.lock_owned();
        assert!(poll_with(&mut owned, Waker::noop()).is_pending());
        *rival.0.lock().unwrap() = Some(owned);
    }
    drop(rivals);
    let [first, second] = wakers;
    drop(first);
    assert!(poll_with(&mut waiter, &second).is_pending());
    drop(second);
    assert_eq!(format!("{lock:?}"), "<Lock [locked, waiters:2]>");
    drop(waiter);
    assert_eq!(format!("{lock:?}"), "<Lock [locked, waiters:0]>");
    drop(guard);
    assert!(lock.try_lock().is_some());
}

fn poll_with<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

struct Panicking;

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        panic!("expected by this test");
    }
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_from_being_told() {
    let event = Arc::new(Event::new());
    let bad = Waker::from(Arc::new(Panicking));
    for place in 0..3 {
        let mut waits: Vec<_> = (0..3).map(|_| Box::pin(event.wait())).collect();
        let told = Arc::new(Told::default());
        for (n, wait) in waits.iter_mut().enumerate() {
            let good = Waker::from(told.clone());
            let waker = if n == place { &bad } else { &good };
            assert!(
                wait.as_mut()
                    .poll(&mut Context::from_waker(waker))
                    .is_pending()
            );
        }
        event.set();
        assert_eq!(told.0.load(Ordering::Relaxed), 2);
        event.clear();
    }
}

#[derive(Default)]
struct Told(AtomicUsize);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
