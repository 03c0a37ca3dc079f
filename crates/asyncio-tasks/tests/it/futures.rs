//! `Future`: outcomes, waiters, callbacks, and what is reported when nobody looks.

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, IntoFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as PollContext, Poll, Wake, Waker};

use asyncio_tasks::{
    ContextVar, EventLoop, Future, InvalidStateError, LoopTasks, Result, RuntimeError, create_task,
    get_running_loop, new_event_loop, sleep,
};
use futures_util::future::{poll_immediate, select};

use crate::support::{Log, pass, run, run_reported, text, value_error};

fn future<T: 'static>() -> Future<T> {
    get_running_loop().unwrap().create_future()
}

#[test]
fn a_result_that_was_moved_out_is_gone_and_says_so() {
    run(async {
        let future = future();
        future.set_result(String::from("value"))?;
        assert_eq!((&future).await?, "value");
        assert_eq!(future.result()?, "value");
        assert_eq!(future.clone().await?, "value");
        let errors = [
            future.clone().await.unwrap_err(),
            (&future).await.unwrap_err(),
            future.result().unwrap_err(),
        ];
        for error in errors {
            assert!(error.is::<InvalidStateError>(), "{error:?}");
        }
        assert!(future.done() && !future.cancelled());
        assert!(future.exception()?.is_none());
        Ok(())
    });
}

#[test]
fn of_two_who_take_the_result_the_first_gets_it() {
    let (first, second) = run(async {
        let future = future();
        let tasks = [create_task(future.clone()), create_task(future.clone())];
        pass(1).await?;
        future.set_result(7)?;
        let [first, second] = tasks;
        Ok((first.await, second.await))
    });
    assert_eq!(first.unwrap(), 7);
    assert!(second.unwrap_err().is::<InvalidStateError>());
}

#[test]
fn an_exception_is_never_moved_out() {
    run(async {
        let future = future::<()>();
        future.set_exception(value_error("x"))?;
        let first = future.clone().await.unwrap_err();
        let second = future.clone().await.unwrap_err();
        assert!(first.same(&second));
        assert!(first.same(&future.exception()?.unwrap()));
        Ok(())
    });
}

#[test]
fn a_value_that_is_not_clone_may_be_awaited_and_is_dropped_once() {
    struct Counts(Rc<Cell<usize>>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = Rc::new(Cell::new(0));
    run({
        let drops = drops.clone();
        async move {
            let awaited = future();
            awaited.set_result(Counts(drops.clone())).unwrap();
            let value = awaited.clone().await?;
            assert_eq!(drops.get(), 0);
            drop((value, awaited));
            assert_eq!(drops.get(), 1);
            let ignored = future();
            ignored.set_result(Counts(drops.clone())).unwrap();
            drop(ignored);
            assert_eq!(drops.get(), 2);
            Ok(())
        }
    });
}

#[test]
fn a_thousand_waiters_wake_in_the_order_in_which_they_came() {
    run(async {
        let future = future();
        let log = Log::default();
        let tasks: Vec<_> = (0..1000)
            .map(|n| {
                let (future, log) = (future.clone(), log.clone());
                create_task(async move {
                    (&future).await?;
                    log.add(n.to_string());
                    Ok(())
                })
            })
            .collect();
        pass(1).await?;
        future.set_result(())?;
        for task in tasks {
            task.await?;
        }
        let expected: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

#[test]
fn waiters_that_leave_do_not_disturb_the_others() {
    run(async {
        let future = future();
        let log = Log::default();
        let leave: Vec<Future<()>> = (0..9).map(|_| self::future()).collect();
        let tasks: Vec<_> = leave
            .iter()
            .enumerate()
            .map(|(n, leave)| {
                let (future, leave, log) = (future.clone(), leave.clone(), log.clone());
                create_task(async move {
                    let stayed = select(future, leave).await;
                    let how = match stayed {
                        futures_util::future::Either::Left(_) => "woken",
                        futures_util::future::Either::Right(_) => "left",
                    };
                    log.add(format!("{n} {how}"));
                    Ok(())
                })
            })
            .collect();
        pass(1).await?;
        // The first, some in the middle, and the last.
        for n in [0, 3, 4, 8] {
            leave[n].set_result(())?;
        }
        pass(2).await?;
        future.set_result(())?;
        for task in tasks {
            task.await?;
        }
        let lines = log.take();
        assert_eq!(lines[..4], ["0 left", "3 left", "4 left", "8 left"]);
        assert_eq!(
            lines[4..],
            ["1 woken", "2 woken", "5 woken", "6 woken", "7 woken"]
        );
        Ok(())
    });
}

/// Polls `future` and counts the polls.
struct Counted<'a, F>(F, &'a Cell<usize>);

impl<F: StdFuture + Unpin> StdFuture for Counted<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<F::Output> {
        self.1.set(self.1.get() + 1);
        Pin::new(&mut self.0).poll(cx)
    }
}

#[test]
fn an_await_that_was_dropped_wakes_nobody() {
    run(async {
        let (future, other) = (future::<()>(), future::<()>());
        let polls = Rc::new(Cell::new(0));
        let task = create_task({
            let (future, other, polls) = (future.clone(), other.clone(), polls.clone());
            async move {
                assert!(poll_immediate(&mut future.clone()).await.is_none());
                Counted(other, &polls).await
            }
        });
        pass(1).await?;
        future.set_result(())?;
        pass(2).await?;
        assert_eq!(polls.get(), 1);
        other.set_result(())?;
        task.await
    });
}

#[test]
fn an_await_that_is_polled_often_is_registered_once() {
    run(async {
        let (future, ticks, end) = (future::<()>(), Rc::new(RefCell::new(future())), future());
        let polls = Rc::new(Cell::new(0));
        let task = create_task({
            let (future, ticks, end) = (future.clone(), ticks.clone(), end.clone());
            let polls = polls.clone();
            async move {
                {
                    let mut future = pin!(future);
                    for _ in 0..100 {
                        let tick: Future<()> = ticks.borrow().clone();
                        select(future.as_mut(), tick).await;
                    }
                }
                // From here on `future` is nothing to this task.
                Counted(end, &polls).await
            }
        });
        pass(1).await?;
        for _ in 0..100 {
            let tick = ticks.replace(self::future());
            tick.set_result(())?;
            pass(1).await?;
        }
        assert_eq!(polls.get(), 1);
        future.set_result(())?;
        pass(2).await?;
        assert_eq!(polls.get(), 1, "the await that ended still wakes the task");
        end.set_result(())?;
        task.await
    });
}

#[test]
fn awaiting_in_turns_does_not_lose_the_place_in_the_line() {
    run(async {
        let (future, tick) = (future::<()>(), future::<()>());
        let log = Log::default();
        let first = create_task({
            let (future, tick, log) = (future.clone(), tick.clone(), log.clone());
            async move {
                let mut waiting = pin!((&future).into_future());
                // Polled again because of the tick, after the second one has come.
                select(waiting.as_mut(), tick).await;
                waiting.await?;
                log.add("first");
                Ok(())
            }
        });
        let second = create_task({
            let (future, log) = (future.clone(), log.clone());
            async move {
                (&future).await?;
                log.add("second");
                Ok(())
            }
        });
        pass(1).await?;
        tick.set_result(())?;
        pass(1).await?;
        future.set_result(())?;
        second.await?;
        first.await?;
        assert_eq!(log.take(), ["first", "second"]);
        Ok(())
    });
}

#[test]
fn a_future_works_without_a_task() {
    struct Woken(AtomicUsize);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let event_loop = new_event_loop().unwrap();
    let future = event_loop.create_future();
    let woken = Arc::new(Woken(AtomicUsize::new(0)));
    let waker = Waker::from(woken.clone());
    let mut cx = PollContext::from_waker(&waker);
    let mut waiting = future.clone();
    assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    assert_eq!(Arc::strong_count(&woken), 3, "registered once");
    future.set_result(5).unwrap();
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    let Poll::Ready(result) = Pin::new(&mut waiting).poll(&mut cx) else {
        panic!("it is done");
    };
    assert_eq!(result.unwrap(), 5);
    event_loop.close().unwrap();
}

#[test]
fn a_future_that_is_awaited_with_another_waker_wakes_that_one() {
    struct Woken(AtomicUsize);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let event_loop = new_event_loop().unwrap();
    let future = event_loop.create_future();
    let wakers = [(), ()].map(|()| Arc::new(Woken(AtomicUsize::new(0))));
    let mut waiting = future.clone();
    for woken in &wakers {
        let waker = Waker::from(woken.clone());
        let mut cx = PollContext::from_waker(&waker);
        assert!(Pin::new(&mut waiting).poll(&mut cx).is_pending());
    }
    assert_eq!(Arc::strong_count(&wakers[0]), 1);
    future.set_result(()).unwrap();
    let counts = wakers.map(|woken| woken.0.load(Ordering::Relaxed));
    assert_eq!(counts, [0, 1]);
    event_loop.close().unwrap();
}

#[test]
fn an_exception_that_nobody_saw_is_reported_once() {
    let (outcome, reports) = run_reported(async {
        let lost = future::<()>();
        let clone = lost.clone();
        lost.set_exception(value_error("lost"))?;
        drop(lost);
        pass(1).await?;
        drop(clone);
        pass(2).await
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Future exception was never retrieved: ValueError: lost"]
    );
}

#[test]
fn an_exception_that_was_seen_in_any_way_is_not_reported() {
    run(async {
        let failed = || -> Result<Future<()>> {
            let future = future();
            future.set_exception(value_error("seen"))?;
            Ok(future)
        };
        failed()?.exception()?.unwrap();
        failed()?.result().unwrap_err();
        failed()?.await.unwrap_err();
        (&failed()?).await.unwrap_err();
        assert!(!failed()?.cancel());
        let event_loop = get_running_loop()?;
        asyncio_tasks::ensure_future(failed()?).await.unwrap_err();
        drop(event_loop);
        Ok(())
    });
}

/// TASK-06: in CPython the wake-up looks at the outcome before the request to cancel replaces it.
#[test]
fn an_exception_that_a_cancelled_waiter_did_not_get_counts_as_seen() {
    run(async {
        let future = future::<()>();
        let task = create_task({
            let future = future.clone();
            async move { (&future).await }
        });
        pass(1).await?;
        future.set_exception(value_error("lost to the task"))?;
        assert!(task.cancel());
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_waiter_that_left_before_has_seen_nothing() {
    let (outcome, reports) = run_reported(async {
        let future = future::<()>();
        poll_immediate(future.clone()).await;
        future.set_exception(value_error("unseen"))?;
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 1, "{reports:?}");
}

#[test]
fn a_future_may_be_dropped_with_its_exception_inside_of_everything() {
    let (outcome, reports) = run_reported(async {
        let failed = |text| -> Result<Future<()>> {
            let future = future();
            future.set_exception(value_error(text))?;
            Ok(future)
        };
        let (callback, done, nested) =
            (failed("callback")?, failed("done callback")?, failed("x")?);
        get_running_loop()?.call_soon(move || drop(callback));
        let trigger = future();
        trigger.add_done_callback(move |_| {
            let _captured = &done;
        });
        trigger.set_result(())?;
        // A future whose value is another one.
        let outer = future();
        outer.set_result(nested).unwrap();
        drop((outer, trigger));
        pass(2).await
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 3, "{reports:?}");
    assert!(reports[0].ends_with("x"), "{reports:?}");
}

#[test]
fn a_report_after_the_loop_was_closed_reaches_the_handler() {
    let event_loop = new_event_loop().unwrap();
    let log = Log::default();
    event_loop.set_exception_handler({
        let log = log.clone();
        move |_, report| log.add(report.message())
    });
    let future = event_loop.create_future::<()>();
    future.set_exception(value_error("late")).unwrap();
    event_loop.close().unwrap();
    drop(future);
    assert_eq!(log.take(), ["Future exception was never retrieved"]);
}

#[test]
fn callbacks_and_waiters_are_served_in_the_order_in_which_they_came() {
    run(async {
        let future = future::<()>();
        let log = Log::default();
        let mut tasks = Vec::new();
        for n in 0..3 {
            let noted = log.clone();
            future.add_done_callback(move |_| noted.add(format!("callback {n}")));
            let (future, log) = (future.clone(), log.clone());
            tasks.push(create_task(async move {
                (&future).await?;
                log.add(format!("task {n}"));
                Ok(())
            }));
            pass(1).await?;
        }
        future.set_result(())?;
        assert!(log.take().is_empty(), "never at once");
        pass(1).await?;
        assert_eq!(
            log.take(),
            [
                "callback 0",
                "task 0",
                "callback 1",
                "task 1",
                "callback 2",
                "task 2"
            ]
        );
        Ok(())
    });
}

#[test]
fn a_callback_may_add_and_remove_callbacks() {
    run(async {
        let future = future::<()>();
        let log = Log::default();
        let noted = log.clone();
        let second: Rc<RefCell<Option<asyncio_tasks::DoneCallback<Future<()>>>>> = Rc::default();
        let removed = second.clone();
        future.add_done_callback(move |future: &Future<()>| {
            // The second one is scheduled already: there is nothing to remove.
            let callback = removed.borrow_mut().take().unwrap();
            assert_eq!(future.remove_done_callback(&callback), 0);
            let noted = noted.clone();
            future.add_done_callback(move |_| noted.add("third"));
        });
        let noted = log.clone();
        second.replace(Some(future.add_done_callback(move |_| noted.add("second"))));
        future.set_result(())?;
        pass(1).await?;
        assert_eq!(log.take(), ["second"]);
        pass(1).await?;
        assert_eq!(log.take(), ["third"]);
        Ok(())
    });
}

#[test]
fn one_callback_may_serve_several_futures_and_one_several_times() {
    run(async {
        let (first, second) = (future::<u32>(), future::<u32>());
        let sum = Rc::new(Cell::new(0));
        let counted = sum.clone();
        let callback = first.add_done_callback(move |future: &Future<u32>| {
            counted.set(counted.get() + future.result().unwrap());
        });
        first.add_done_callback_again(&callback);
        second.add_done_callback_again(&callback);
        second.add_done_callback_again(&callback);
        assert_eq!(second.remove_done_callback(&callback), 2);
        assert_eq!(second.remove_done_callback(&callback), 0);
        second.add_done_callback_again(&callback);
        first.set_result(1)?;
        second.set_result(10)?;
        second.add_done_callback_again(&callback);
        pass(1).await?;
        assert_eq!(sum.get(), 22);
        Ok(())
    });
}

#[test]
fn removed_callbacks_among_waiters_leave_the_rest_in_order() {
    run(async {
        let future = future::<()>();
        let log = Log::default();
        let callbacks: Vec<_> = (0..6)
            .map(|n| {
                let log = log.clone();
                future.add_done_callback(move |_| log.add(n.to_string()))
            })
            .collect();
        for n in [0, 3, 5] {
            assert_eq!(future.remove_done_callback(&callbacks[n]), 1);
        }
        let noted = log.clone();
        future.add_done_callback(move |_| noted.add("6"));
        future.set_result(())?;
        pass(1).await?;
        assert_eq!(log.take(), ["1", "2", "4", "6"]);
        Ok(())
    });
}

#[test]
fn failing_callbacks_are_reported_and_the_others_run() {
    let log = Log::default();
    let (outcome, reports) = run_reported({
        let log = log.clone();
        async move {
            let future = future::<()>();
            future.add_done_callback(|_| panic!("one"));
            future.add_done_callback(|_| Err::<(), _>(RuntimeError::with_message("two")));
            future.add_done_callback(move |_| log.add("three"));
            future.set_result(())?;
            pass(2).await
        }
    });
    outcome.unwrap();
    assert_eq!(log.take(), ["three"]);
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports[0].contains("one") && reports[1].contains("two"));
}

#[test]
fn what_a_callback_captured_may_use_the_future_when_it_is_dropped() {
    struct OnDrop<F: FnMut()>(F);
    impl<F: FnMut()> Drop for OnDrop<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    run(async {
        let (future, other) = (future::<u32>(), future::<u32>());
        let count = Rc::new(Cell::new(0));
        let meddle = || {
            let (other, count) = (other.clone(), count.clone());
            OnDrop(move || {
                let callback = other.add_done_callback(|_| ());
                other.remove_done_callback(&callback);
                assert!(!other.done());
                count.set(count.get() + 1);
            })
        };
        // Removed, run, and left in a future that is dropped.
        let captured = meddle();
        let callback = other.add_done_callback(move |_| {
            let _captured = &captured;
        });
        assert_eq!(other.remove_done_callback(&callback), 1);
        drop(callback);
        let captured = meddle();
        future.add_done_callback(move |_| {
            let _captured = &captured;
        });
        future.set_result(1)?;
        let pending = self::future::<u32>();
        let captured = meddle();
        pending.add_done_callback(move |_| {
            let _captured = &captured;
        });
        drop(pending);
        pass(2).await?;
        assert_eq!(count.get(), 3);
        other.cancel();
        Ok(())
    });
}

#[test]
fn a_callback_that_holds_its_own_future_does_not_leak_it() {
    let held = Rc::new(());
    run({
        let held = held.clone();
        async move {
            let future = future::<Rc<()>>();
            let itself = future.clone();
            future.add_done_callback(move |_| assert!(itself.done()));
            future.set_result(held)?;
            pass(2).await
        }
    });
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn callbacks_run_in_the_context_in_which_they_were_added() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    run(async {
        let future = future::<()>();
        let log = Log::default();
        for n in 0..3 {
            VAR.set(n);
            let log = log.clone();
            future.add_done_callback(move |_| {
                log.add(VAR.get().unwrap().to_string());
                VAR.set(100);
            });
        }
        future.set_result(())?;
        pass(1).await?;
        assert_eq!(log.take(), ["0", "1", "2"]);
        assert_eq!(VAR.get(), Some(2));
        Ok(())
    });
}

#[test]
fn a_future_of_another_loop_is_refused_in_the_coroutine() {
    let other = new_event_loop().unwrap();
    let foreign = other.create_future::<()>();
    run({
        let foreign = foreign.clone();
        async move {
            let log = Log::default();
            let task = create_task({
                let (foreign, log) = (foreign.clone(), log.clone());
                async move {
                    let error = (&foreign).await.unwrap_err();
                    assert!(error.is::<RuntimeError>());
                    log.add(error.to_string());
                    sleep(1.0).await?;
                    Ok("goes on")
                }
            });
            assert_eq!(task.await?, "goes on");
            let [line] = <[String; 1]>::try_from(log.take()).unwrap();
            assert!(line.contains("attached to a different loop"), "{line}");
            Ok(())
        }
    });
    assert!(!foreign.cancelled());
    other.close().unwrap();
}

#[test]
fn a_done_future_of_another_loop_may_be_awaited() {
    let other = new_event_loop().unwrap();
    let foreign = other.create_future();
    foreign.set_result(3).unwrap();
    let main = async {
        let value = foreign.await?;
        Ok(value + 1)
    };
    assert_eq!(run(main), 4);
    other.close().unwrap();
}

#[test]
fn completing_a_future_of_a_closed_loop_tells_nobody() {
    let event_loop = new_event_loop().unwrap();
    let future = event_loop.create_future::<u32>();
    let called = Rc::new(Cell::new(false));
    let noted = called.clone();
    future.add_done_callback(move |_| noted.set(true));
    let task = event_loop.create_task({
        let future = future.clone();
        async move { (&future).await }
    });
    event_loop.stop();
    event_loop.run_forever().unwrap();
    event_loop.set_exception_handler(|_, _| ());
    event_loop.close().unwrap();
    future.set_result(1).unwrap();
    assert_eq!(future.result().unwrap(), 1);
    assert!(!task.done());
    assert!(!called.get());
    assert_eq!(Rc::strong_count(&called), 1, "the callback was dropped");
}

#[test]
fn setting_twice_is_refused_and_changes_nothing() {
    run(async {
        let future = future();
        future.set_result(1)?;
        let error = future.set_result(2).unwrap_err();
        assert!(error.to_string().contains("<Future finished"), "{error}");
        assert!(future.set_exception(value_error("x")).is_err());
        assert!(!future.cancel_with("late"));
        assert_eq!(future.await?, 1);
        Ok(())
    });
}

#[test]
fn a_cancelled_future_raises_its_message_again_and_again() {
    run(async {
        let future = future::<()>();
        assert!(future.cancel_with("why"));
        assert!(!future.cancel_with("too late"));
        for error in [
            future.result().unwrap_err(),
            future.exception().unwrap_err(),
            (&future).await.unwrap_err(),
            future.await.unwrap_err(),
        ] {
            assert_eq!(text(&error), "CancelledError: why");
        }
        Ok(())
    });
}

#[test]
fn a_poll_after_the_end_gives_the_outcome_again_or_an_error() {
    run(async {
        let future = future();
        future.set_result(1)?;
        let mut waiting = future.clone();
        let mut by_reference = (&future).into_future();
        poll_fn(|cx| {
            assert!(matches!(
                Pin::new(&mut by_reference).poll(cx),
                Poll::Ready(Ok(1))
            ));
            assert!(matches!(
                Pin::new(&mut by_reference).poll(cx),
                Poll::Ready(Ok(1))
            ));
            assert!(matches!(
                Pin::new(&mut waiting).poll(cx),
                Poll::Ready(Ok(1))
            ));
            assert!(matches!(
                Pin::new(&mut waiting).poll(cx),
                Poll::Ready(Err(_))
            ));
            Poll::Ready(())
        })
        .await;
        Ok(())
    });
}

#[test]
fn a_value_that_panics_when_it_is_dropped_harms_only_who_drops_it() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let event_loop: EventLoop = new_event_loop().unwrap();
    let future = event_loop.create_future();
    assert!(future.set_result(Panics).is_ok());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(future))).is_err());
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || event_loop.stop()
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}
