//! `sleep`.

use std::future::Future as StdFuture;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context as PollContext, Poll, Waker};
use std::time::Duration;

use asyncio_tasks::{
    ValueError, create_task, current_task, get_running_loop, new_event_loop, sleep,
};
use futures_util::future::{join, join_all, poll_immediate, select};

use crate::support::{Log, pass, run, run_reported};

#[test]
fn time_passes_as_asked() {
    run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        sleep(1.5).await?;
        sleep(Duration::from_millis(250)).await?;
        sleep(2).await?;
        assert_eq!(event_loop.time() - start, 3.75);
        Ok(())
    });
}

#[test]
fn zero_and_less_pass_once() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let start = event_loop.time();
        for delay in [0.0, -0.0, -5.0, f64::NEG_INFINITY] {
            let noted = log.clone();
            event_loop.call_soon(move || noted.add("before"));
            let noted = log.clone();
            create_task(async move {
                noted.add("task");
                Ok(())
            });
            sleep(delay).await?;
            log.add("after");
            assert_eq!(log.take(), ["before", "task", "after"], "{delay}");
        }
        assert_eq!(event_loop.time(), start);
        Ok(())
    });
}

#[test]
fn nan_is_an_error_and_does_not_suspend() {
    run(async {
        let outcome = poll_immediate(sleep(f64::NAN)).await;
        let error = outcome.unwrap().unwrap_err();
        assert!(error.is::<ValueError>());
        assert_eq!(error.to_string(), "Invalid delay: NaN (not a number)");
        Ok(())
    });
}

#[test]
fn a_sleep_without_end_can_be_cancelled() {
    run(async {
        let task = create_task(sleep(f64::INFINITY));
        sleep(1e9).await?;
        assert!(!task.done());
        task.cancel_with("enough");
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn equal_sleeps_end_in_the_order_in_which_they_began() {
    run(async {
        let log = Log::default();
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                let log = log.clone();
                create_task(async move {
                    sleep(1.0).await?;
                    log.add(n.to_string());
                    Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await?;
        }
        let expected: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(log.take(), expected);
        Ok(())
    });
}

#[test]
fn the_clock_starts_at_the_first_poll() {
    run(async {
        let event_loop = get_running_loop()?;
        let waiting = sleep(1.0);
        sleep(5.0).await?;
        let start = event_loop.time();
        waiting.await?;
        assert_eq!(event_loop.time() - start, 1.0);
        Ok(())
    });
}

#[test]
fn dropped_or_cancelled_it_leaves_no_timer_behind() {
    run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        assert!(poll_immediate(sleep(10.0)).await.is_none());
        let task = create_task(sleep(10.0));
        pass(1).await?;
        task.cancel();
        task.await.unwrap_err();
        // The next timer is this one: a leftover would wake the loop before.
        sleep(20.0).await?;
        assert_eq!(event_loop.time() - start, 20.0);
        Ok(())
    });
}

#[test]
fn many_dropped_sleeps_take_no_room() {
    run(async {
        let held = Rc::new(());
        for _ in 0..10_000 {
            let held = held.clone();
            let mut waiting = pin!(async move {
                let _held = held;
                sleep(1000.0).await
            });
            assert!(poll_immediate(waiting.as_mut()).await.is_none());
            pass(1).await?;
        }
        assert_eq!(Rc::strong_count(&held), 1);
        Ok(())
    });
}

#[test]
fn a_sleep_may_move_to_another_task() {
    run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        let mut waiting = Box::pin(sleep(3.0));
        assert!(poll_immediate(waiting.as_mut()).await.is_none());
        sleep(1.0).await?;
        create_task(waiting).await?;
        assert_eq!(event_loop.time() - start, 3.0);
        Ok(())
    });
}

#[test]
fn sleeps_of_one_task_run_at_the_same_time() {
    run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        let (left, right) = join(sleep(2.0), sleep(3.0)).await;
        left?;
        right?;
        assert_eq!(event_loop.time() - start, 3.0);
        for outcome in join_all((0..100).map(|n| sleep(f64::from(n) / 8.0))).await {
            outcome?;
        }
        assert_eq!(event_loop.time() - start, 3.0 + 99.0 / 8.0);
        select(sleep(1.0), sleep(100.0)).await;
        assert_eq!(event_loop.time() - start, 4.0 + 99.0 / 8.0);
        Ok(())
    });
}

#[test]
fn a_cancel_after_the_timer_has_fired_is_seen() {
    run(async {
        let event_loop = get_running_loop()?;
        let task = create_task(sleep(1.0));
        pass(1).await?;
        let cancelled = task.clone();
        // Fires after the sleep's own timer, in the same iteration: the task is scheduled already.
        event_loop.call_later(1.0, move || assert!(cancelled.cancel()));
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_poll_too_many_does_not_end_it_early() {
    run(async {
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        let mut waiting = pin!(sleep(10.0));
        for _ in 0..5 {
            assert!(poll_immediate(waiting.as_mut()).await.is_none());
            sleep(1.0).await?;
        }
        waiting.await?;
        assert_eq!(event_loop.time() - start, 10.0);
        Ok(())
    });
}

#[test]
fn it_works_without_a_task() {
    let event_loop = new_event_loop().unwrap();
    let stop = event_loop.clone();
    event_loop.call_soon(move || {
        assert!(current_task().unwrap().is_none());
        let mut cx = PollContext::from_waker(Waker::noop());
        let mut waiting = Box::pin(sleep(0.001));
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        stop.clone().call_later(0.002, move || {
            let mut cx = PollContext::from_waker(Waker::noop());
            let polled = waiting.as_mut().poll(&mut cx);
            assert!(matches!(polled, Poll::Ready(Ok(()))));
            stop.stop();
        });
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn without_a_loop_it_panics() {
    let poll = || {
        let mut cx = PollContext::from_waker(Waker::noop());
        let polled = Pin::new(&mut sleep(1.0)).poll(&mut cx);
        drop(polled);
    };
    assert!(std::panic::catch_unwind(poll).is_err());
}

#[test]
fn tasks_that_sleep_when_the_loop_is_closed_leave_nothing() {
    let held = Rc::new(());
    let (outcome, reports) = run_reported({
        let held = held.clone();
        async move {
            for n in 0..10 {
                let held = held.clone();
                create_task(async move {
                    let _held = held;
                    sleep(f64::from(n)).await
                });
            }
            pass(1).await
        }
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 9, "one was done: {reports:?}");
    assert_eq!(Rc::strong_count(&held), 1);
}
