//! What other threads do to a loop, in every interleaving that loom finds: no wake-up is lost, nothing runs twice, nothing
//! is left behind. The loop is the real one, on a selector of the model; that it would sleep for ever is what loom
//! reports as a deadlock.
//!
//!     RUSTFLAGS="--cfg loom" cargo test -p asyncio-executor --test loom

#![cfg(loom)]

mod model;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use asyncio_executor::{EventLoop, EventLoopProxy, get_running_loop};
use asyncio_reactor::VirtualClock;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::model::{model, model_with};

#[test]
fn a_callback_from_another_thread_wakes_the_loop() {
    model(|event_loop| {
        let proxy = event_loop.proxy();
        let other = thread::spawn(move || stop_by_callback(&proxy));
        event_loop.run_forever().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn a_request_to_stop_wakes_the_loop() {
    model(|event_loop| {
        let proxy = event_loop.proxy();
        let other = thread::spawn(move || proxy.stop().unwrap());
        event_loop.run_forever().unwrap();
        other.join().unwrap();
    });
}

/// The loop goes back to sleep in between, or does not, and is busy or not.
#[test]
fn callbacks_run_once_each_and_in_order() {
    model(|event_loop| {
        let log = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (seen, proxy) = (log.clone(), event_loop.proxy());
        let other = thread::spawn(move || {
            for number in 0..2 {
                let seen = seen.clone();
                let note = move || seen.lock().unwrap().push(number);
                proxy.call_soon_threadsafe(note).unwrap();
            }
            stop_by_callback(&proxy);
        });
        event_loop.call_soon(|| ());
        event_loop.run_forever().unwrap();
        other.join().unwrap();
        assert_eq!(*log.lock().unwrap(), [0, 1]);
    });
}

#[test]
fn two_threads_do_not_hide_each_other() {
    model(|event_loop| {
        let calls = Rc::new(RefCell::new(0));
        let (counted, stopper) = (calls.clone(), event_loop.clone());
        CALLED.with(|called| {
            called.replace(Some(Box::new(move || {
                *counted.borrow_mut() += 1;
                if *counted.borrow() == 2 {
                    stopper.stop();
                }
            })))
        });
        let [one, other] = [(), ()].map(|()| {
            let proxy = event_loop.proxy();
            thread::spawn(move || proxy.call_soon_threadsafe(call).map(drop).unwrap())
        });
        event_loop.run_forever().unwrap();
        one.join().unwrap();
        other.join().unwrap();
        CALLED.with(|called| called.take());
    });
}

/// Whatever the loop was about to do: after `cancel` the callback is not inside, and does not begin.
#[test]
fn cancelling_prevents_the_callback_or_waits_for_it() {
    model(|event_loop| {
        let begun = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicUsize::new(0));
        let proxy = event_loop.proxy();
        let other = thread::spawn({
            let (begun, ended) = (begun.clone(), ended.clone());
            move || {
                let (begins, ends) = (begun.clone(), ended.clone());
                let callback = move || {
                    begins.fetch_add(1, Ordering::Relaxed);
                    thread::yield_now();
                    ends.fetch_add(1, Ordering::Relaxed);
                };
                let handle = proxy.call_soon_threadsafe(callback).unwrap();
                handle.cancel();
                let count = begun.load(Ordering::Relaxed);
                assert_eq!(ended.load(Ordering::Relaxed), count);
                assert!(handle.cancelled());
                proxy.stop().unwrap();
                count
            }
        });
        event_loop.run_forever().unwrap();
        let count = other.join().unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), count);
    });
}

#[test]
fn two_cancels_and_the_callback_agree() {
    model(|event_loop| {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let proxy = event_loop.proxy();
        let handle = proxy
            .call_soon_threadsafe(move || {
                counted.fetch_add(1, Ordering::Relaxed);
            })
            .unwrap();
        let [one, other] = [(), ()].map(|()| {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel())
        });
        event_loop.stop();
        event_loop.run_forever().unwrap();
        one.join().unwrap();
        other.join().unwrap();
        assert!(calls.load(Ordering::Relaxed) <= 1);
        assert!(handle.cancelled());
    });
}

/// What was sent first may lie in the letterbox, or wait at the desk, or be over.
#[test]
fn one_of_several_is_cancelled_wherever_it_is() {
    model(|event_loop| {
        let proxy = event_loop.proxy();
        let other = thread::spawn(move || {
            let calls = Arc::new(AtomicUsize::new(0));
            let send = || {
                let counted = calls.clone();
                let count = move || {
                    counted.fetch_add(1, Ordering::Relaxed);
                };
                proxy.call_soon_threadsafe(count).unwrap()
            };
            let first = send();
            drop(send());
            let last = send();
            first.cancel();
            assert!(first.cancelled() && !last.cancelled());
            let before = calls.load(Ordering::Relaxed);
            proxy.stop().unwrap();
            (calls, before)
        });
        event_loop.run_forever().unwrap();
        let (calls, before) = other.join().unwrap();
        let calls = calls.load(Ordering::Relaxed);
        assert!(calls == 2 || calls == 3 && before > 0);
    });
}

/// What a callback holds is dropped, whether its sender was refused or the loop was closed over it.
#[test]
fn closing_loses_no_callback() {
    for runs in [0, 1] {
        model(move |event_loop| {
            let token = Arc::new(());
            let calls = Arc::new(AtomicUsize::new(0));
            let proxy = event_loop.proxy();
            let other = thread::spawn({
                let (token, calls) = (token.clone(), calls.clone());
                move || {
                    let callback = move || {
                        let _token = token;
                        calls.fetch_add(1, Ordering::Relaxed);
                    };
                    proxy.call_soon_threadsafe(callback).is_ok()
                }
            });
            for _ in 0..runs {
                event_loop.stop();
                event_loop.run_forever().unwrap();
            }
            event_loop.close().unwrap();
            let accepted = other.join().unwrap();
            assert_eq!(Arc::strong_count(&token), 1);
            assert!(accepted || calls.load(Ordering::Relaxed) == 0);
        });
    }
}

/// The outcome of work elsewhere comes before the next deadline, and ends the wait.
#[test]
fn virtual_time_stands_still_until_the_outcome_is_there() {
    let virtual_time = || EventLoop::builder().clock(VirtualClock::new(0.0));
    model_with(virtual_time, |event_loop| {
        let stopper = event_loop.clone();
        event_loop.call_later(3600.0, move || stopper.stop());
        let (work, proxy) = (event_loop.outside_work(), event_loop.proxy());
        let times = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = times.clone();
        let other = thread::spawn(move || {
            let finished = move || {
                let now = get_running_loop().unwrap().time();
                seen.lock().unwrap().push(now);
            };
            proxy.call_soon_threadsafe(finished).map(drop).unwrap();
            drop(work);
        });
        event_loop.run_forever().unwrap();
        assert_eq!(event_loop.time(), 3600.0);
        other.join().unwrap();
        assert_eq!(*times.lock().unwrap(), [0.0]);
    });
}

fn stop_by_callback(proxy: &EventLoopProxy) {
    let stopper = proxy.clone();
    let stop = move || stopper.stop();
    proxy.call_soon_threadsafe(stop).map(drop).unwrap();
}

/// On the loop's thread.
fn call() {
    CALLED.with(|called| called.borrow_mut().as_mut().expect("set by the model")());
}

loom::thread_local! {
    static CALLED: RefCell<Option<Box<dyn FnMut()>>> = RefCell::new(None);
}
