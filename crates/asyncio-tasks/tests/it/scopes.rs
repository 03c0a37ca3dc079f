//! What `timeout` and `TaskGroup` have in common: where a request goes, and what is left when they end early.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use asyncio_tasks::{
    CancelledError, LoopTasks, Result, RuntimeError, Task, TaskGroup, Timeout, TimeoutError,
    create_task, current_task, get_running_loop, sleep, timeout, timeout_at, wait_for,
};
use futures_util::future::{join, join_all, poll_immediate};

use crate::support::{
    Log, cancelling, chain, errors, fail, hang, panicking, pass, run, run_reported, sleeper,
    sleeping, text,
};

#[test]
fn an_outer_cancel_and_the_deadline_in_one_iteration() {
    for outer_first in [true, false] {
        run(async move {
            let event_loop = get_running_loop()?;
            let when = event_loop.time() + 1.0;
            let body = async move |_: &Timeout| sleep(3600.0).await;
            let task = create_task(async move {
                if outer_first {
                    sleep(0).await?;
                }
                timeout_at(when, body).await
            });
            if !outer_first {
                sleep(0).await?;
            }
            event_loop.call_at(when, {
                let task = task.clone();
                move || task.cancel_with("outer")
            });
            let error = (&task).await.unwrap_err();
            assert!(error.is_cancelled(), "{error:?}");
            assert!(task.cancelled());
            assert_eq!(task.cancelling(), 1);
            Ok(())
        });
    }
}

#[test]
fn a_foreign_future_under_a_timeout_is_dropped_and_the_task_goes_on() {
    run(async {
        let log = Log::default();
        let outcome = timeout(1.0, async |_| hang(&log).await);
        assert_eq!(
            chain(&outcome.await.unwrap_err()),
            "TimeoutError <- CancelledError"
        );
        assert_eq!(log.take(), ["foreign dropped"]);
        let outcome = wait_for(hang(&log), 1.0);
        assert_eq!(
            chain(&outcome.await.unwrap_err()),
            "TimeoutError <- CancelledError"
        );
        assert_eq!(log.take(), ["foreign dropped"]);
        assert_eq!(current_task()?.unwrap().cancelling(), 0);

        // an outer cancel ends the body only, too, so that what is around can clean up
        let task = create_task({
            let log = log.clone();
            async move {
                let outcome = wait_for(hang(&log), 3600.0).await;
                sleep(1.0).await?;
                log.add("cleaned up");
                outcome
            }
        });
        pass(2).await?;
        task.cancel_with("outer");
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: outer");
        assert_eq!(log.take(), ["foreign dropped", "cleaned up"]);
        Ok(())
    });
}

#[test]
fn siblings_of_a_timeout_are_left_alone() {
    run(async {
        let start = get_running_loop()?.time();
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future::<()>();
        let log = Log::default();
        let (future, task, sleeper, hanging) = (
            wait_for(future, 1.0),
            wait_for(sleep(3600.0), 2.0),
            sleep(4.0),
            wait_for(hang(&log), 3.0),
        );
        let ((future, task), (sleeper, hanging)) =
            join(join(future, task), join(sleeper, hanging)).await;
        assert!(future.unwrap_err().is::<TimeoutError>());
        assert!(task.unwrap_err().is::<TimeoutError>());
        assert!(hanging.unwrap_err().is::<TimeoutError>());
        sleeper?;
        assert_eq!(event_loop.time() - start, 4.0);
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn many_in_one_task() {
    run(async {
        // enough for `join_all` to poll only those that were woken
        let event_loop = get_running_loop()?;
        let start = event_loop.time();
        let limited = (0..100_u32).map(|n| wait_for(sleep(3600.0), f64::from(n % 10) + 1.0));
        for outcome in join_all(limited).await {
            assert!(outcome.unwrap_err().is::<TimeoutError>());
        }
        assert_eq!(event_loop.time() - start, 10.0);
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn a_timeout_dropped_midway_leaves_nothing() {
    run(async {
        let task = current_task()?.unwrap();
        let cm = Timeout::after(1.0);
        {
            let mut body = pin!(cm.enter(async |_| sleep(3600.0).await));
            assert!(poll_immediate(&mut body).await.is_none());
        }
        assert_eq!(format!("{cm:?}"), "<Timeout [finished]>");
        sleep(5.0).await?;
        assert!(!cm.expired());

        // dropped between the deadline and the step that would have shown it
        let event_loop = get_running_loop()?;
        let cm = Timeout::after(0);
        {
            let mut body = pin!(cm.enter(async |_| sleep(3600.0).await));
            assert!(poll_immediate(&mut body).await.is_none());
            sleep(0).await?;
            assert!(cm.expired());
            assert_eq!(task.cancelling(), 1);
        }
        assert_eq!(task.cancelling(), 0);
        sleep(1.0).await?;
        drop(event_loop);
        Ok(())
    });
}

#[test]
fn a_panic_under_a_timeout_leaves_nothing() {
    let (outcome, reports) = run_reported(async {
        let cm = Timeout::after(1.0);
        let inside = cm.clone();
        let task = create_task(async move {
            inside
                .enter(async |_| -> Result<()> { panic!("oops") })
                .await
        });
        let error = task.await.unwrap_err();
        assert_eq!(text(&error), "PanicError: panicked: oops");
        assert_eq!(format!("{cm:?}"), "<Timeout [finished]>");
        sleep(5.0).await
    });
    outcome.unwrap();
    assert!(reports.is_empty());
}

#[test]
fn a_timeout_that_becomes_the_result_is_freed() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    run(async {
        let task = create_task(async {
            let token = token;
            let cm = Timeout::after(1.0);
            cm.enter(async |_| Ok(())).await?;
            Ok((cm, token))
        });
        pass(2).await?;
        assert!(task.done());
        Ok(())
    });
    assert!(weak.upgrade().is_none());
}

#[test]
fn outside_of_a_task() {
    let event_loop = asyncio_tasks::new_event_loop().unwrap();
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            let waker = futures_util::task::noop_waker();
            let mut cx = std::task::Context::from_waker(&waker);
            for timeout in [1.0, 0.0] {
                let waiting = pin!(wait_for(sleep(0), timeout));
                let std::task::Poll::Ready(Err(error)) =
                    std::future::Future::poll(waiting, &mut cx)
                else {
                    panic!("no error")
                };
                assert_eq!(
                    text(&error),
                    "RuntimeError: Timeout should be used inside a task"
                );
            }
            event_loop.stop();
        }
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn a_request_at_every_pass_of_a_timeout() {
    // wherever the request comes, the task ends cancelled or with its value, and the count is right
    for passes in 0..8 {
        run(async move {
            let task = create_task(async {
                let value = timeout(10.0, async |_| {
                    pass(2).await?;
                    wait_for(async { pass(2).await.map(|()| 1) }, 10.0).await
                });
                value.await
            });
            pass(passes).await?;
            let was_done = task.done();
            assert_eq!(task.cancel_with("now"), !was_done);
            match (&task).await {
                Ok(1) => assert!(was_done),
                Err(error) => assert_eq!(
                    error
                        .downcast_ref::<CancelledError>()
                        .and_then(CancelledError::msg),
                    Some("now")
                ),
                other => panic!("{other:?}"),
            }
            assert_eq!(task.cancelling(), usize::from(!was_done));
            Ok(())
        });
    }
}

#[test]
fn a_group_under_a_timeout() {
    run(async {
        let log = Log::default();
        let outcome = timeout(1.0, async |_| {
            TaskGroup::run(async |tg| {
                tg.create_task(sleeping("child", 3, &log));
                Ok(())
            })
            .await
        });
        assert_eq!(text(&outcome.await.unwrap_err()), "TimeoutError");
        assert_eq!(log.take(), ["child ends"]);
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn a_foreign_future_in_a_group_is_dropped() {
    run(async {
        let log = Log::default();
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(sleeping("child", 0, &log));
            tg.create_task(async {
                sleep(1.0).await?;
                fail("trigger").await
            });
            hang(&log).await
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: trigger"]);
        assert_eq!(log.take(), ["child ends", "foreign dropped"]);

        // cancelled from outside, the group still waits for its tasks
        let task = create_task({
            let log = log.clone();
            async move {
                TaskGroup::run(async |tg| {
                    tg.create_task(sleeping("child", 5, &log));
                    hang(&log).await
                })
                .await
            }
        });
        pass(2).await?;
        task.cancel_with("outer");
        assert_eq!(text(&task.await.unwrap_err()), "CancelledError: outer");
        assert_eq!(log.take(), ["foreign dropped", "child ends"]);
        Ok(())
    });
}

#[test]
fn siblings_of_a_group_are_left_alone() {
    run(async {
        let failing = TaskGroup::run(async |tg| {
            tg.create_task(async {
                sleep(1.0).await?;
                fail("child").await
            });
            sleep(3600.0).await
        });
        let (failing, sibling) = join(failing, sleep(2.0)).await;
        sibling?;
        assert_eq!(errors(&failing.unwrap_err()), ["ValueError: child"]);

        let canceller = TaskGroup::new();
        let cancelled = canceller.clone();
        let body = cancelled.enter(async |_| sleep(3600.0).await);
        let (returned, sibling) = join(body, async {
            sleep(0).await?;
            canceller.cancel();
            sleep(1.0).await
        })
        .await;
        sibling?;
        assert_eq!(returned?, None);
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn a_group_dropped_midway_cancels_its_tasks() {
    let log = Log::default();
    let (outcome, reports) = run_reported({
        let log = log.clone();
        async move {
            {
                let mut group = pin!(TaskGroup::run(async |tg| {
                    tg.create_task(sleeping("child", 0, &log));
                    sleep(3600.0).await
                }));
                assert!(poll_immediate(&mut group).await.is_none());
                sleep(0).await?;
            }
            pass(3).await?;
            assert_eq!(log.take(), ["child ends"]);

            // with an error that is not raised any more, and a cancellation that nobody has seen
            {
                let mut group = pin!(TaskGroup::run(async |tg| {
                    tg.create_task(fail("reported"));
                    sleep(3600.0).await
                }));
                assert!(poll_immediate(&mut group).await.is_none());
                pass(2).await?;
                assert_eq!(cancelling(), 1);
            }
            assert_eq!(cancelling(), 0);
            // while it waits for its tasks
            {
                let mut group = pin!(TaskGroup::run(async |tg| {
                    tg.create_task(sleeping("last", 0, &log));
                    Ok(())
                }));
                assert!(poll_immediate(&mut group).await.is_none());
                sleep(0).await?;
            }
            pass(3).await
        }
    });
    outcome.unwrap();
    assert_eq!(log.take(), ["last ends"]);
    assert_eq!(
        reports,
        ["Task exception was never retrieved: ValueError: reported"]
    );
}

#[test]
fn panics_in_a_group() {
    run(async {
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(panicking::<()>("child"));
            sleep(3600.0).await
        });
        assert_eq!(
            errors(&outcome.await.unwrap_err()),
            ["PanicError: panicked: child"]
        );

        let log = Log::default();
        let task = create_task({
            let log = log.clone();
            async move {
                TaskGroup::run(async |tg| {
                    tg.create_task(sleeping("child", 0, &log));
                    sleep(0).await?;
                    panicking::<()>("body").await
                })
                .await
            }
        });
        assert_eq!(text(&task.await.unwrap_err()), "PanicError: panicked: body");
        pass(3).await?;
        assert_eq!(log.take(), ["child ends"]);
        Ok(())
    });
}

#[test]
fn a_destructor_calls_back_into_the_group() {
    struct Canceller(TaskGroup, Rc<Cell<bool>>);
    impl Drop for Canceller {
        fn drop(&mut self) {
            self.1.set(true);
            self.0.cancel();
            let refused: Task<()> = self.0.create_task(async { Ok(()) });
            assert!(refused.exception().unwrap().unwrap().is::<RuntimeError>());
        }
    }
    run(async {
        // a coroutine that is dropped by the abort calls back into the group
        let dropped = Rc::new(Cell::new(false));
        TaskGroup::run(async |tg| {
            let canceller = Canceller(tg.clone(), dropped.clone());
            tg.create_task(async move {
                let _canceller = canceller;
                sleep(3600.0).await
            });
            tg.cancel();
            Ok(())
        })
        .await?;
        assert!(dropped.get());
        Ok(())
    });
}

#[test]
fn a_group_that_becomes_the_result_is_freed_and_so_is_one_with_tasks_that_never_end() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    let (_, reports) = run_reported(async move {
        let inner = token.clone();
        let task = create_task(async move {
            let _inner = inner;
            TaskGroup::run(async |tg| Ok(tg.clone())).await
        });
        pass(2).await?;
        assert!(task.done());
        let outer = token.clone();
        create_task(async move {
            TaskGroup::run(async |tg| {
                let group = tg.clone();
                tg.create_task(async move {
                    let _keep = (group, outer);
                    sleep(3600.0).await
                });
                Ok(())
            })
            .await
        });
        pass(2).await
    });
    // the loop was closed with the group's two tasks
    assert_eq!(reports.len(), 2);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_request_at_every_pass_of_a_group() {
    for passes in 0..8 {
        run(async move {
            let log = Log::default();
            let children = log.clone();
            let task = create_task(async move {
                TaskGroup::run(async |tg| {
                    let child = sleeper("unused", 0, &children);
                    child.cancel();
                    tg.create_task(async { pass(2).await });
                    tg.create_task(async { pass(4).await });
                    pass(2).await
                })
                .await
            });
            pass(passes).await?;
            let was_done = task.done();
            assert_eq!(task.cancel_with("now"), !was_done);
            let outcome = (&task).await;
            assert_eq!(outcome.is_ok(), was_done);
            if let Err(error) = outcome {
                assert_eq!(text(&error), "CancelledError: now");
            }
            assert_eq!(task.cancelling(), usize::from(!was_done));
            pass(5).await?;
            assert_eq!(asyncio_tasks::all_tasks()?.len(), 1);
            Ok(())
        });
    }
}
