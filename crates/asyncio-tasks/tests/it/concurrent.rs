//! concurrent.futures' future, `wrap_future` and `run_coroutine_threadsafe` (FUT-12, TASK-32).

use std::sync::mpsc;
use std::thread;

use asyncio_tasks::{
    CancelledError, LoopTasks, ProxyTasks, Result, RuntimeError, TimeoutError, ValueError,
    concurrent, get_running_loop, new_event_loop, run, sleep, wrap_future,
};

#[test]
fn a_result_is_set_once() {
    let future = concurrent::Future::new();
    assert!(future.set_running_or_notify_cancel().unwrap());
    assert!(future.running() && !future.cancel());
    future.set_result(1).unwrap();
    assert!(future.set_result(2).is_err());
    assert!(future.set_running_or_notify_cancel().is_err());
    assert_eq!(future.result(None).unwrap(), 1);
    assert!(future.exception(None).unwrap().is_none());
    assert_eq!(future.take_result(None).unwrap(), 1);
    assert!(future.take_result(None).is_err());
}

#[test]
fn a_cancelled_future_says_so_to_everyone() {
    let future = concurrent::Future::<()>::new();
    assert!(future.cancel() && future.cancel());
    assert!(future.cancelled() && future.done());
    assert!(!future.set_running_or_notify_cancel().unwrap());
    assert!(future.result(None).unwrap_err().is::<CancelledError>());
    assert!(future.exception(None).unwrap_err().is::<CancelledError>());
}

#[test]
fn waiting_ends_with_the_timeout() {
    let future = concurrent::Future::<()>::new();
    assert!(future.result(Some(0.0)).unwrap_err().is::<TimeoutError>());
    assert!(future.result(Some(-1.0)).unwrap_err().is::<TimeoutError>());
    assert!(
        future
            .exception(Some(0.001))
            .unwrap_err()
            .is::<TimeoutError>()
    );
}

#[test]
fn callbacks_run_in_order_and_survive_a_panic() {
    let future = concurrent::Future::new();
    let (sender, receiver) = mpsc::channel();
    let send = |name: &'static str| {
        let sender = sender.clone();
        move |_: &concurrent::Future<i32>| sender.send(name).unwrap()
    };
    future.add_done_callback(send("first"));
    future.add_done_callback(|_| panic!("expected by this test"));
    future.add_done_callback(send("second"));
    future.set_result(1).unwrap();
    future.add_done_callback(send("at once"));
    assert_eq!(
        receiver.try_iter().collect::<Vec<_>>(),
        ["first", "second", "at once"]
    );
}

#[test]
fn a_coroutine_runs_for_another_thread() {
    let thread = with_proxy(|proxy| {
        let value = proxy.run_coroutine_threadsafe(|| async {
            sleep(0.001).await?;
            Ok(5)
        });
        let error = proxy.run_coroutine_threadsafe(|| async {
            Err::<(), _>(ValueError::with_message("boom").into())
        });
        (value.result(None).unwrap(), error.result(None).unwrap_err())
    });
    let (value, error) = thread.unwrap();
    assert_eq!(value, 5);
    assert_eq!(
        error.downcast_ref(),
        Some(&ValueError::with_message("boom"))
    );
}

#[test]
fn cancelling_the_future_cancels_the_task() {
    let ended = with_proxy(|proxy| {
        let (started, has_started) = mpsc::channel();
        let (sender, ended) = mpsc::channel();
        let future = proxy.run_coroutine_threadsafe(move || async move {
            started.send(()).unwrap();
            let slept = sleep(3600.0).await;
            sender.send(slept.is_err()).unwrap();
            slept
        });
        has_started.recv().unwrap();
        assert!(future.result(Some(0.0)).unwrap_err().is::<TimeoutError>());
        assert!(future.cancel());
        ended.recv().unwrap()
    });
    assert!(ended.unwrap());
}

#[test]
fn a_future_that_is_cancelled_first_never_starts_its_task() {
    let event_loop = new_event_loop().unwrap();
    let future = event_loop.proxy().run_coroutine_threadsafe(|| async {
        unreachable!("cancelled before its first step");
        #[allow(unreachable_code)]
        Ok(())
    });
    future.cancel();
    event_loop.run_until_complete(sleep(0.001)).unwrap();
    event_loop.close().unwrap();
    assert!(future.cancelled());
}

#[test]
fn closing_the_loop_ends_every_wait() {
    let event_loop = new_event_loop().unwrap();
    let proxy = event_loop.proxy();
    let suspended = proxy.run_coroutine_threadsafe(|| sleep(3600.0));
    event_loop.run_until_complete(sleep(0.0)).unwrap();
    let unstarted = proxy.run_coroutine_threadsafe(|| sleep(3600.0));
    event_loop.restore_exception_handler(None);
    event_loop.set_exception_handler(|_, report| {
        assert_eq!(report.message(), "Task was destroyed but it is pending!");
    });
    event_loop.close().unwrap();
    let refused = proxy.run_coroutine_threadsafe(|| sleep(0.0));
    for future in [suspended, unstarted, refused] {
        let error = future.result(None).unwrap_err();
        assert_eq!(
            error.downcast_ref(),
            Some(&RuntimeError::with_message("Event loop is closed"))
        );
    }
}

#[test]
fn a_wrapped_future_ends_with_its_thread() {
    run(async {
        let work = concurrent::Future::new();
        let wrapped = wrap_future(&work)?;
        let thread = thread::spawn(move || work.set_result(7));
        assert_eq!(wrapped.await?, 7);
        Ok(thread.join().unwrap()?)
    })
    .unwrap();
}

/// Runs `f` on another thread, with the proxy of a loop that runs meanwhile.
fn with_proxy<R: Send + 'static>(
    f: impl FnOnce(asyncio_tasks::EventLoopProxy) -> R + Send + 'static,
) -> Result<R> {
    run(async {
        let proxy = get_running_loop()?.proxy();
        let work = concurrent::Future::new();
        let wrapped = wrap_future(&work)?;
        let thread = thread::spawn(move || work.set_result(f(proxy)));
        let result = wrapped.await;
        thread.join().unwrap()?;
        result
    })
}
