//! `timeout`, `timeout_at`, `Timeout` and `wait_for`.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use asyncio_tasks::{
    CancelledError, ContextVar, LoopTasks, RuntimeError, Timeout, TimeoutError, ValueError,
    all_tasks, create_task, current_task, get_running_loop, sleep, timeout, timeout_at, wait_for,
};
use futures_util::future::{join, poll_immediate};

use crate::support::{Log, chain, foreign, panicking, pass, run, run_reported, text, value_error};

#[test]
fn comb_09_the_deadline_cancels_once() {
    run(async {
        let task = current_task()?.unwrap();
        let cm = Timeout::after(1.0);
        let outcome = cm.enter(async |cm| {
            assert!(!cm.expired());
            let cancelled = sleep(3600.0).await.unwrap_err();
            assert!(cm.expired());
            assert_eq!(task.cancelling(), 1);
            Err::<(), _>(cancelled)
        });
        assert_eq!(
            chain(&outcome.await.unwrap_err()),
            "TimeoutError <- CancelledError"
        );
        assert!(cm.expired());
        assert_eq!(task.cancelling(), 0);

        let cm = Timeout::after(1.0);
        let swallows = cm.enter(async |_| {
            assert!(sleep(3600.0).await.is_err());
            sleep(3600.0).await?;
            Ok("only once")
        });
        assert_eq!(swallows.await?, "only once");
        assert!(cm.expired());
        assert_eq!(task.cancelling(), 0);
        Ok(())
    });
}

#[test]
fn comb_09_an_outer_cancel_goes_through() {
    run(async {
        let cm = Timeout::after(1.0);
        let inside = cm.clone();
        let task = create_task(async move {
            inside
                .enter(async |cm| {
                    assert!(sleep(3600.0).await.is_err());
                    assert!(cm.expired());
                    current_task()?.unwrap().cancel_with("outer");
                    sleep(3600.0).await
                })
                .await
        });
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: outer");
        assert!(task.cancelled() && cm.expired());
        assert_eq!(task.cancelling(), 1);

        let task = create_task(timeout(1.0, async |_| {
            current_task()?.unwrap().cancel_with("before");
            sleep(3600.0).await
        }));
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: before");
        assert_eq!(task.cancelling(), 1);
        Ok(())
    });
}

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
fn comb_10_no_suspension_no_error() {
    run(async {
        let cm = Timeout::new(0.0);
        cm.enter(async |_| Ok(())).await?;
        assert!(!cm.expired());
        sleep(1.0).await?;
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn comb_11_a_deadline_in_the_past_shows_at_once() {
    run(async {
        let event_loop = get_running_loop()?;
        for when in [event_loop.time(), event_loop.time() - 10.0, 0.0] {
            let outcome = timeout_at(when, async |cm| {
                assert!(!cm.expired());
                sleep(0).await
            });
            assert!(outcome.await.unwrap_err().is::<TimeoutError>());
        }
        let log = Log::default();
        let note = |line: &'static str| {
            let log = log.clone();
            move || log.add(line)
        };
        event_loop.call_soon(note("before"));
        let outcome = timeout(0, async |_| {
            event_loop.call_soon(note("after"));
            event_loop.create_future::<()>().await
        });
        assert!(outcome.await.unwrap_err().is::<TimeoutError>());
        assert_eq!(log.take(), ["before", "after"]);
        Ok(())
    });
}

#[test]
fn comb_12_states() {
    run(async {
        let event_loop = get_running_loop()?;
        let now = event_loop.time();
        let cm = Timeout::new(None);
        assert_eq!(format!("{cm:?}"), "<Timeout [created]>");
        let refused = cm.reschedule(now).unwrap_err();
        assert_eq!(text(&refused), "RuntimeError: Timeout has not been entered");
        cm.enter(async |cm| {
            assert_eq!(format!("{cm:?}"), "<Timeout [active] when=None>");
            cm.reschedule(now + 12.3456)?;
            assert_eq!(format!("{cm:?}"), "<Timeout [active] when=1012.346>");
            cm.reschedule(now + 3.0)?;
            sleep(2.0).await?;
            cm.reschedule(now + 5.0)?;
            sleep(2.0).await?;
            assert_eq!(cm.when(), Some(now + 5.0));
            cm.reschedule(None)
        })
        .await?;
        assert_eq!(format!("{cm:?}"), "<Timeout [finished]>");
        let refused = cm.reschedule(now).unwrap_err();
        assert_eq!(
            text(&refused),
            "RuntimeError: Cannot change state of finished Timeout"
        );
        let twice = cm.enter(async |_| Ok(())).await.unwrap_err();
        assert_eq!(
            text(&twice),
            "RuntimeError: Timeout has already been entered"
        );

        let cm = Timeout::after(Duration::from_secs(10));
        let outcome = cm.enter(async |cm| {
            cm.reschedule(now - 1.0)?;
            let cancelled = sleep(1.0).await.unwrap_err();
            assert_eq!(format!("{cm:?}"), "<Timeout [expiring]>");
            let refused = cm.reschedule(now + 1.0).unwrap_err();
            assert_eq!(
                text(&refused),
                "RuntimeError: Cannot change state of expiring Timeout"
            );
            Err::<(), _>(cancelled)
        });
        assert!(outcome.await.is_err());
        let refused = cm.reschedule(None).unwrap_err();
        assert_eq!(
            text(&refused),
            "RuntimeError: Cannot change state of expired Timeout"
        );
        Ok(())
    });
}

#[test]
fn comb_14_only_the_one_that_expired_converts() {
    async fn attempt(outer: f64, inner: f64) -> asyncio_tasks::Result<(String, String)> {
        let inside = Cell::new(String::new());
        let outcome = timeout(outer, async |_| {
            let outcome = timeout(inner, async |_| sleep(3600.0).await).await;
            let error = outcome.unwrap_err();
            inside.set(text(&error));
            if error.is_cancelled() {
                return Err(error);
            }
            pass(2).await
        });
        let outside = outcome
            .await
            .err()
            .map_or("no error".into(), |error| text(&error));
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok((inside.take(), outside))
    }
    run(async {
        let (inside, outside) = attempt(2.0, 1.0).await?;
        assert_eq!((&*inside, &*outside), ("TimeoutError", "no error"));
        let (inside, outside) = attempt(1.0, 2.0).await?;
        assert_eq!((&*inside, &*outside), ("CancelledError", "TimeoutError"));
        // both in one iteration: the outer one counts as another request for the inner one
        let (inside, outside) = attempt(1.0, 1.0).await?;
        assert_eq!((&*inside, &*outside), ("CancelledError", "TimeoutError"));
        Ok(())
    });
}

#[test]
fn comb_15_none_never_fires() {
    run(async {
        timeout(None, async |cm| {
            assert_eq!(cm.when(), None);
            sleep(1e6).await
        })
        .await?;
        wait_for(sleep(1e6), None).await?;
        let armed = timeout(None, async |cm| {
            cm.reschedule(get_running_loop()?.time() + 1.0)?;
            sleep(3600.0).await
        });
        assert!(armed.await.unwrap_err().is::<TimeoutError>());
        timeout(f64::INFINITY, async |_| sleep(1e6).await).await
    });
}

#[test]
fn unusable_delays() {
    run(async {
        assert!(
            timeout(f64::NAN, async |_| Ok(()))
                .await
                .unwrap_err()
                .is::<ValueError>()
        );
        assert!(
            timeout_at(f64::NAN, async |_| Ok(()))
                .await
                .unwrap_err()
                .is::<ValueError>()
        );
        assert!(
            wait_for(sleep(0), f64::NAN)
                .await
                .unwrap_err()
                .is::<ValueError>()
        );
        timeout(1.0, async |cm| {
            assert!(cm.reschedule(f64::NAN).unwrap_err().is::<ValueError>());
            sleep(0.5).await
        })
        .await
    });
}

#[test]
fn the_body_borrows_and_returns_what_it_likes() {
    run(async {
        let words = vec![String::from("a"), String::from("b")];
        let mut count = 0;
        let longest: &str = timeout(1.0, async |_| {
            count += words.len();
            sleep(0.5).await?;
            Ok(&*words[1])
        })
        .await?;
        assert_eq!((longest, count), ("b", 2));
        let first: &str = wait_for(async { Ok(&*words[0]) }, 1.0).await?;
        assert_eq!(first, "a");
        Ok(())
    });
}

#[test]
fn a_foreign_future_is_dropped_and_the_task_goes_on() {
    run(async {
        let log = Log::default();
        let outcome = timeout(1.0, async |_| {
            foreign(&log).await;
            Ok(())
        });
        assert_eq!(
            chain(&outcome.await.unwrap_err()),
            "TimeoutError <- CancelledError"
        );
        assert_eq!(log.take(), ["foreign dropped"]);
        let outcome = wait_for(async { Ok(foreign(&log).await) }, 1.0);
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
                let outcome = wait_for(async { Ok(foreign(&log).await) }, 3600.0).await;
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
fn siblings_of_the_body_are_left_alone() {
    run(async {
        let start = get_running_loop()?.time();
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future::<()>();
        let log = Log::default();
        let (future, task, sleeper, hanging) = (
            wait_for(future, 1.0),
            wait_for(sleep(3600.0), 2.0),
            sleep(4.0),
            wait_for(async { Ok(foreign(&log).await) }, 3.0),
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
fn dropped_midway_nothing_is_left() {
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
fn a_panic_of_the_body_leaves_nothing() {
    let (outcome, reports) = run_reported(async {
        let cm = Timeout::after(1.0);
        let inside = cm.clone();
        let task = create_task(async move {
            inside
                .enter(async |_| -> asyncio_tasks::Result<()> { panic!("oops") })
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
fn comb_04_wait_for_runs_inline() {
    static VAR: ContextVar<u32> = ContextVar::new("VAR");
    run(async {
        let me = current_task()?.unwrap();
        let inner = async {
            assert_eq!(current_task()?.unwrap(), me);
            assert_eq!(all_tasks()?.len(), 1);
            VAR.set(5);
            Ok(5)
        };
        assert_eq!(wait_for(inner, 1.0).await?, 5);
        assert_eq!(VAR.get(), Some(5));
        Ok(())
    });
}

#[test]
fn comb_05_no_time_at_all() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let done = event_loop.create_future();
        done.set_result(3)?;
        event_loop.call_soon({
            let log = log.clone();
            move || log.add("suspended")
        });
        assert_eq!(wait_for(&done, 0).await?, 3);
        assert_eq!(wait_for(done, -1).await?, 3);
        assert!(log.take().is_empty());

        for timeout in [0.0, -1.0] {
            let outcome = wait_for(panicking::<()>("started"), timeout);
            let error = outcome.await.unwrap_err();
            assert_eq!(chain(&error), "TimeoutError <- CancelledError");
        }
        assert_eq!(log.take(), ["suspended"]);

        let pending = event_loop.create_future::<()>();
        let error = wait_for(pending.clone(), 0).await.unwrap_err();
        assert_eq!(chain(&error), "TimeoutError <- CancelledError");
        assert!(pending.cancelled());

        let failed = event_loop.create_future::<()>();
        failed.set_exception(value_error("seen"))?;
        assert_eq!(
            text(&wait_for(failed, 0).await.unwrap_err()),
            "ValueError: seen"
        );
        Ok(())
    });
}

#[test]
fn comb_05_every_kind_of_handle_is_known() {
    run(async {
        for by_reference in [true, false] {
            let task = create_task(async {
                let _ = sleep(3600.0).await;
                sleep(1.0).await?;
                Ok("cleaned up")
            });
            pass(2).await?;
            let start = get_running_loop()?.time();
            let value = match by_reference {
                true => wait_for(&task, 0).await?,
                false => wait_for(asyncio_tasks::ensure_future(task.clone()), 0).await?,
            };
            assert_eq!(value, "cleaned up");
            assert_eq!(get_running_loop()?.time() - start, 1.0);
            assert_eq!(task.cancelling(), 1);
        }
        Ok(())
    });
}

#[test]
fn comb_05_the_wait_itself_can_be_cancelled() {
    run(async {
        let slow = create_task(async {
            let cancelled = sleep(3600.0).await;
            sleep(10.0).await?;
            cancelled
        });
        pass(2).await?;
        let waiter = create_task(wait_for(slow.clone(), 0));
        sleep(1.0).await?;
        waiter.cancel_with("enough");
        assert_eq!(
            text(&(&waiter).await.unwrap_err()),
            "CancelledError: enough"
        );
        assert!(!slow.done());
        assert_eq!(slow.cancelling(), 1);
        assert!(slow.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn awaiting_itself_without_time_is_refused() {
    run(async {
        let task = Rc::new(std::cell::RefCell::new(None::<asyncio_tasks::Task<()>>));
        let inside = task.clone();
        let created = create_task(async move {
            let me = inside.take().unwrap();
            wait_for(me, 0).await
        });
        task.replace(Some(created.clone()));
        assert!(created.await.unwrap_err().is::<RuntimeError>());
        Ok(())
    });
}

#[test]
fn comb_06_what_the_callee_makes_of_it() {
    run(async {
        let stubborn = async {
            let _ = sleep(3600.0).await;
            Ok("swallowed")
        };
        assert_eq!(wait_for(stubborn, 1.0).await?, "swallowed");
        let failing = async {
            match sleep(3600.0).await {
                Err(_) => Err(value_error("cleanup failed")),
                Ok(()) => Ok(()),
            }
        };
        let error = wait_for(failing, 1.0).await.unwrap_err();
        assert_eq!(text(&error), "ValueError: cleanup failed");
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn comb_07_an_outer_cancel_goes_to_the_callee() {
    run(async {
        let child = create_task(sleep(3600.0));
        let waiter = create_task(wait_for(child.clone(), 10.0));
        pass(2).await?;
        waiter.cancel_with("outer");
        assert_eq!(text(&waiter.await.unwrap_err()), "CancelledError: outer");
        assert!(child.cancelled());

        let future = get_running_loop()?.create_future();
        let awaited = future.clone();
        let waiter = create_task(async move { wait_for(&awaited, 10.0).await });
        pass(2).await?;
        future.set_result(7)?;
        assert!(waiter.cancel_with("late"));
        assert_eq!(text(&waiter.await.unwrap_err()), "CancelledError: late");
        assert_eq!(future.result()?, 7);
        Ok(())
    });
}

#[test]
fn comb_08_ties_go_to_the_timer() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        event_loop.call_later(1.0, {
            let future = future.clone();
            move || future.set_result("value")
        });
        let error = wait_for(future.clone(), 1.0).await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        assert_eq!(future.result()?, "value");
        Ok(())
    });
}

#[test]
fn a_request_before_the_first_step_and_at_every_pass() {
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
