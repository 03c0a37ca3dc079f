//! Tasks that other threads wake, and coroutines that they hand over.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

use asyncio_reactor::VirtualClock;
use asyncio_tasks::concurrent::Future;
use asyncio_tasks::{
    EventLoop, LoopTasks, get_running_loop, run_coroutine_threadsafe, sleep, wrap_future,
};
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use crate::model::{model, model_with};

/// An event of another library: it wakes whoever polled last.
#[derive(Default)]
struct Event {
    is_set: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Event {
    fn set(&self) {
        self.is_set.store(true, Ordering::SeqCst);
        let waker = self.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            *self.waker.lock().unwrap() = Some(cx.waker().clone());
            match self.is_set.load(Ordering::SeqCst) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}

#[test]
fn a_task_that_another_thread_wakes_goes_on() {
    model(|event_loop| {
        let event = Arc::new(Event::default());
        let other = thread::spawn({
            let event = event.clone();
            move || event.set()
        });
        let waits = async move {
            event.wait().await;
            Ok(5)
        };
        assert_eq!(event_loop.run_until_complete(waits).unwrap(), 5);
        other.join().unwrap();
    });
}

/// The coroutine is dropped on its own thread, and before the loop is closed, wherever the wake-up has got to.
#[test]
fn a_task_that_is_woken_while_its_loop_closes_is_dropped_with_it() {
    model(|event_loop| {
        let event = Arc::new(Event::default());
        let token = Arc::new(());
        let (waited, held) = (event.clone(), token.clone());
        event_loop.create_task(async move {
            let _held = held;
            waited.wait().await;
            sleep(3600.0).await
        });
        run_once(event_loop);
        let other = thread::spawn(move || event.set());
        event_loop.close().unwrap();
        assert_eq!(Arc::strong_count(&token), 1);
        other.join().unwrap();
    });
}

#[test]
fn the_result_of_a_thread_reaches_the_task_that_awaits_it() {
    model(|event_loop| {
        let work = Future::new();
        let thread = thread::spawn({
            let work = work.clone();
            move || work.set_result(3).unwrap()
        });
        let awaits = async move { wrap_future(&work)?.await };
        assert_eq!(event_loop.run_until_complete(awaits).unwrap(), 3);
        thread.join().unwrap();
    });
}

#[test]
fn a_cancelled_wrapper_and_a_result_agree() {
    model(|event_loop| {
        let work = Future::new();
        let thread = thread::spawn({
            let work = work.clone();
            move || work.set_result(3).is_ok()
        });
        let wrapped = event_loop.run_until_complete({
            let work = work.clone();
            async move {
                let wrapped = wrap_future(&work)?;
                wrapped.cancel();
                Ok(wrapped)
            }
        });
        let wrapped = wrapped.unwrap();
        let is_set = thread.join().unwrap();
        run_once(event_loop);
        run_once(event_loop);
        assert!(wrapped.done());
        assert!(is_set != work.cancelled());
    });
}

#[test]
fn a_coroutine_from_another_thread_runs_and_its_result_comes_back() {
    model(|event_loop| {
        let proxy = event_loop.proxy();
        let other = thread::spawn(move || {
            let future = run_coroutine_threadsafe(|| async { Ok(4) }, &proxy);
            let result = future.result(None);
            proxy.stop().unwrap();
            result
        });
        event_loop.run_forever().unwrap();
        assert_eq!(other.join().unwrap().unwrap(), 4);
    });
}

/// Whoever waits for it is told, however far it has come.
#[test]
fn a_coroutine_that_comes_while_the_loop_closes_has_an_outcome() {
    for runs in [0, 1, 2] {
        model(move |event_loop| {
            let proxy = event_loop.proxy();
            let other = thread::spawn(move || {
                run_coroutine_threadsafe(|| async { Ok(4) }, &proxy).result(None)
            });
            (0..runs).for_each(|_| run_once(event_loop));
            event_loop.close().unwrap();
            let outcome = other.join().unwrap();
            match outcome {
                Ok(value) => assert_eq!(value, 4),
                Err(error) => assert_eq!(error.to_string(), "Event loop is closed"),
            }
        });
    }
}

fn run_once(event_loop: &EventLoop) {
    event_loop.stop();
    event_loop.run_forever().unwrap();
}

/// The loop does not get ahead between the outcome that a job has waited for and what the job does then.
#[test]
fn virtual_time_waits_for_a_job_that_has_waited_for_it() {
    let virtual_time = || EventLoop::builder().clock(VirtualClock::new(0.0));
    model_with(virtual_time, |event_loop| {
        let (work, proxy) = (event_loop.outside_work(), event_loop.proxy());
        let job = thread::spawn(move || {
            work.run(|| {
                let later = || async {
                    sleep(1.0).await?;
                    Ok(get_running_loop()?.time())
                };
                run_coroutine_threadsafe(later, &proxy).result(None)?;
                run_coroutine_threadsafe(later, &proxy).result(None)
            })
        });
        event_loop.run_until_complete(sleep(3600.0)).unwrap();
        assert_eq!(job.join().unwrap().unwrap(), 2.0);
    });
}
