//! `CancelScope`: what it cancels, how often, and what it leaves to others.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use asyncio_tasks::{
    CancelScope, Error, LoopTasks, RuntimeError, Task, TaskGroup, TimeoutError, ValueError,
    checkpoint, create_task, current_effective_deadline, current_task, fail_after, fail_at, gather,
    get_running_loop, move_on_after, move_on_at, shield, sleep, timeout, wait_for,
};
use futures_util::future::{Either, join, join_all, poll_immediate, select};

use crate::support::{
    Log, cancelling, chain, errors, fail, hang, panicking, pass, run, run_reported, text,
};

/// Seconds on the loop's clock since 1000.
fn now() -> f64 {
    get_running_loop().unwrap().time() - 1000.0
}

#[test]
fn every_await_is_cancelled_until_the_scope_is_left() {
    run(async {
        let event_loop = get_running_loop()?;
        let scope = CancelScope::new();
        let value: Option<()> = scope
            .run(async |scope| {
                scope.cancel_with("why");
                for _ in 0..3 {
                    assert_eq!(text(&sleep(5.0).await.unwrap_err()), "CancelledError: why");
                    assert_eq!(text(&sleep(0).await.unwrap_err()), "CancelledError: why");
                    let future = event_loop.create_future::<()>();
                    assert_eq!(text(&(&future).await.unwrap_err()), "CancelledError: why");
                    assert!(future.cancelled());
                    assert_eq!(
                        text(&checkpoint().await.unwrap_err().into()),
                        "CancelledError: why"
                    );
                }
                assert_eq!(cancelling(), 0);
                sleep(5.0).await
            })
            .await?;
        assert_eq!(value, None);
        assert!(scope.cancel_called() && scope.cancelled_caught());
        assert_eq!(now(), 0.0);
        // outside nothing is left of it
        sleep(1.0).await?;
        checkpoint().await?;
        Ok(())
    });
}

#[test]
fn awaits_that_do_not_suspend_are_not_touched() {
    run(async {
        let done = create_task(async { Ok(7) });
        sleep(0).await?;
        let scope = CancelScope::new();
        let value = scope.run(async |scope| {
            scope.cancel();
            (&done).await
        });
        assert_eq!(value.await?, Some(7));
        Ok(())
    });
}

#[test]
fn a_loop_that_ignores_the_error_makes_one_round_per_pass() {
    run(async {
        let rounds = Rc::new(Cell::new(0));
        let seen = rounds.clone();
        let task = create_task(async move {
            move_on_after(1.0, async |_| {
                while rounds.get() < 10 {
                    let _ = sleep(3600.0).await;
                    rounds.set(rounds.get() + 1);
                }
                Ok("gave up")
            })
            .await
        });
        sleep(1.0).await?;
        let mut before = seen.get();
        while !task.done() {
            sleep(0).await?;
            assert!(seen.get() <= before + 1);
            before = seen.get();
        }
        assert_eq!(task.await?, Some("gave up"));
        assert_eq!(now(), 1.0);
        Ok(())
    });
}

#[test]
fn deadlines() {
    run(async {
        assert_eq!(move_on_after(2.0, async |_| sleep(9.0).await).await?, None);
        assert_eq!(now(), 2.0);
        assert_eq!(move_on_at(1005.0, async |_| sleep(9.0).await).await?, None);
        assert_eq!(now(), 5.0);
        // one that has passed shows at the first await that suspends
        let log = Log::default();
        let outcome = fail_at(3.0, async |scope| {
            assert!(scope.cancel_called());
            log.add("begun");
            sleep(9.0).await
        });
        assert_eq!(
            chain(&outcome.await.unwrap_err()),
            "TimeoutError <- CancelledError"
        );
        assert_eq!(log.take(), ["begun"]);
        let outcome = fail_after(1.0, async |_| sleep(9.0).await);
        assert!(outcome.await.unwrap_err().is::<TimeoutError>());
        assert_eq!(now(), 6.0);
        assert_eq!(fail_after(None, async |_| Ok(1)).await?, 1);
        assert_eq!(
            fail_after(1.0, async |_| fail("own").await)
                .await
                .map_err(|e| text(&e)),
            Err("ValueError: own".into())
        );
        // moved
        let value = move_on_after(1.0, async |scope| {
            assert_eq!(scope.deadline(), Some(1007.0));
            scope.set_deadline(1010.0)?;
            sleep(3.5).await?;
            scope.set_deadline(None)?;
            assert_eq!(scope.deadline(), None);
            sleep(3600.0).await?;
            scope.set_deadline(1000.0)?;
            assert!(scope.cancel_called());
            sleep(1.0).await
        });
        assert_eq!(value.await?, None);
        assert_eq!(now(), 3609.5);
        Ok(())
    });
}

#[test]
fn misuse() {
    run(async {
        let nan = move_on_after(f64::NAN, async |_| Ok(())).await;
        assert!(nan.unwrap_err().is::<ValueError>());
        let scope = CancelScope::new();
        assert!(scope.set_deadline(f64::NAN).unwrap_err().is::<ValueError>());
        assert_eq!(format!("{scope:?}"), "<CancelScope unentered>");
        scope.run(async |_| Ok(())).await?;
        let again = scope.run(async |_| Ok(())).await;
        assert!(again.unwrap_err().is::<RuntimeError>());
        scope.cancel();
        assert_eq!(format!("{scope:?}"), "<CancelScope exited, cancelled>");
        assert_eq!(current_effective_deadline(), f64::INFINITY);
        let scope = CancelScope::new().shielded();
        assert_eq!(format!("{scope:?}"), "<CancelScope unentered, shielded>");
        sleep(1.0).await
    });
}

#[test]
fn cancelled_before_it_is_entered_and_by_another_task() {
    run(async {
        let scope = CancelScope::new();
        scope.cancel();
        assert_eq!(scope.run(async |_| sleep(1.0).await).await?, None);
        let scope = CancelScope::new();
        let task = create_task({
            let scope = scope.clone();
            async move { scope.run(async |_| sleep(3600.0).await).await }
        });
        sleep(1.0).await?;
        scope.cancel();
        assert_eq!(task.await?, None);
        assert_eq!(now(), 1.0);
        Ok(())
    });
}

#[test]
fn the_outermost_cancelled_scope_catches() {
    run(async {
        let (outer, inner) = (CancelScope::new(), CancelScope::new());
        let log = Log::default();
        let value = outer
            .run(async |outer| {
                let inside = inner
                    .run(async |inner| {
                        inner.cancel_with("inner");
                        assert!(text(&sleep(1.0).await.unwrap_err()).ends_with("inner"));
                        outer.cancel_with("outer");
                        assert_eq!(cancelling(), 0);
                        sleep(1.0).await
                    })
                    .await;
                log.add(text(inside.as_ref().unwrap_err()));
                inside
            })
            .await?;
        assert_eq!(value, None);
        assert!(outer.cancelled_caught() && !inner.cancelled_caught());
        assert_eq!(log.take(), ["CancelledError: inner"]);
        Ok(())
    });
}

#[test]
fn a_shield_holds_back_the_scopes_around() {
    run(async {
        let log = Log::default();
        let value = move_on_after(1.0, async |_| {
            let cleaning = CancelScope::after(10.0).shielded();
            let cleaned = cleaning.run(async |_| {
                assert_eq!(current_effective_deadline(), 1010.0);
                sleep(3.0).await?;
                log.add(format!("cleaned at {}", now()));
                Ok(())
            });
            assert_eq!(cleaned.await?, Some(()));
            assert_eq!(current_effective_deadline(), f64::NEG_INFINITY);
            sleep(1.0).await?;
            log.add("never");
            Ok(())
        });
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["cleaned at 3"]);

        // its own deadline cancels it all the same
        let value = move_on_after(1.0, async |_| {
            let cleaning = CancelScope::after(2.0).shielded();
            let cleaned = cleaning.run(async |_| sleep(3600.0).await).await?;
            log.add(format!("{cleaned:?} at {}", now() - 3.0));
            sleep(1.0).await
        });
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["None at 2"]);
        Ok(())
    });
}

#[test]
fn a_shield_comes_and_goes() {
    run(async {
        let value = move_on_after(1.0, async |_| {
            let inner = CancelScope::new();
            inner
                .run(async |inner| {
                    inner.shield();
                    let task = create_task({
                        let inner = inner.clone();
                        async move {
                            sleep(5.0).await?;
                            inner.unshield();
                            Ok(())
                        }
                    });
                    assert!(sleep(3600.0).await.unwrap_err().is_cancelled());
                    assert_eq!(now(), 5.0);
                    assert!(task.done());
                    assert!(sleep(3600.0).await.is_err());
                    inner.shield();
                    sleep(1.0).await?;
                    inner.unshield();
                    sleep(1.0).await
                })
                .await
        });
        assert_eq!(value.await?, None);
        assert_eq!(now(), 6.0);
        Ok(())
    });
}

#[test]
fn a_request_of_the_task_passes_through_scopes_and_shields() {
    for shielded in [true, false] {
        run(async move {
            let log = Log::default();
            let task = create_task({
                let log = log.clone();
                async move {
                    let scope = CancelScope::new();
                    if shielded {
                        scope.shield();
                    }
                    let outcome = scope.run(async |_| {
                        let first = sleep(3600.0).await;
                        sleep(1.0).await?;
                        log.add("once");
                        first
                    });
                    let outcome = outcome.await;
                    assert!(!scope.cancel_called() && !scope.cancelled_caught());
                    sleep(1.0).await?;
                    outcome
                }
            });
            sleep(1.0).await?;
            task.cancel_with("outer");
            assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: outer");
            assert_eq!(task.cancelling(), 1);
            assert!(task.cancelled());
            assert_eq!(log.take(), ["once"]);
            Ok(())
        });
    }
}

#[test]
fn both_the_task_and_the_scope_are_cancelled() {
    for task_first in [true, false] {
        run(async move {
            let scope = CancelScope::new();
            let task = create_task({
                let scope = scope.clone();
                async move { scope.run(async |_| sleep(3600.0).await).await }
            });
            sleep(1.0).await?;
            if task_first {
                task.cancel();
                scope.cancel();
            } else {
                scope.cancel();
                task.cancel();
            }
            assert!((&task).await.unwrap_err().is_cancelled());
            assert!(task.cancelled() && !scope.cancelled_caught());
            assert_eq!(task.cancelling(), 1);
            Ok(())
        });
    }
}

#[test]
fn timeouts_inside_and_around() {
    run(async {
        // the deadline of the timeout is first
        let value = move_on_after(5.0, async |_| {
            let inner = timeout(1.0, async |_| sleep(3600.0).await).await;
            assert!(inner.unwrap_err().is::<TimeoutError>());
            Ok(1)
        });
        assert_eq!(value.await?, Some(1));
        // both at once: the scope around wins
        let value: Option<()> = move_on_after(1.0, async |_| {
            let inner = timeout(1.0, async |_| sleep(3600.0).await).await;
            let error = inner.unwrap_err();
            assert!(error.is_cancelled(), "{error:?}");
            assert_eq!(cancelling(), 0);
            Err(error)
        })
        .await?;
        assert_eq!(value, None);
        // the timeout is around
        let scope = CancelScope::new();
        let outcome = timeout(1.0, async |_| {
            scope.run(async |_| sleep(3600.0).await).await
        });
        assert!(outcome.await.unwrap_err().is::<TimeoutError>());
        assert!(!scope.cancelled_caught());
        // ... and both
        let outcome = timeout(1.0, async |_| {
            move_on_after(1.0, async |_| sleep(3600.0).await).await
        });
        assert!(outcome.await.unwrap_err().is::<TimeoutError>());
        assert_eq!(cancelling(), 0);
        // a timeout in a shield in a cancelled scope is a timeout
        let value = move_on_after(0, async |scope| {
            assert!(scope.cancel_called());
            CancelScope::new()
                .shielded()
                .run(async |_| {
                    let inner = timeout(1.0, async |_| sleep(3600.0).await).await;
                    assert!(inner.unwrap_err().is::<TimeoutError>());
                    let inner = wait_for(sleep(3600.0), 1.0).await;
                    assert!(inner.unwrap_err().is::<TimeoutError>());
                    Ok(())
                })
                .await
        });
        assert_eq!(value.await?, Some(Some(())));
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn what_it_awaits_is_cancelled_once_and_waited_for() {
    run(async {
        let log = Log::default();
        let stubborn = create_task({
            let log = log.clone();
            async move {
                let outcome = sleep(3600.0).await;
                log.add(text(&outcome.unwrap_err()));
                sleep(2.0).await?;
                log.add("goes on");
                Ok("value")
            }
        });
        let value = move_on_after(1.0, async |scope| {
            scope.set_deadline(None)?;
            scope.set_deadline(now() + 1000.0 + 1.0)?;
            let value = (&stubborn).await?;
            assert_eq!(now(), 3.0);
            assert!(sleep(1.0).await.is_err());
            Ok(value)
        });
        assert_eq!(value.await?, Some("value"));
        assert_eq!(log.take(), ["CancelledError", "goes on"]);

        let children: Vec<Task<()>> = (0..3).map(|_| create_task(sleep(3600.0))).collect();
        let value = move_on_after(1.0, async |_| gather(&children).await.map(drop)).await?;
        assert_eq!(value, None);
        assert!(children.iter().all(Task::cancelled));

        let inner = create_task(sleep(5.0));
        let value = move_on_after(1.0, async |_| shield(&inner).await).await?;
        assert_eq!(value, None);
        assert!(!inner.done());
        inner.await
    });
}

#[test]
fn members_of_groups_are_inside() {
    run(async {
        let log = Log::default();
        let value = move_on_after(1.0, async |_| {
            TaskGroup::run(async |tg| {
                for name in ["a", "b"] {
                    let log = log.clone();
                    tg.create_task(async move {
                        for _ in 0..2 {
                            assert!(sleep(3600.0).await.unwrap_err().is_cancelled());
                            log.add(name);
                        }
                        CancelScope::new()
                            .shielded()
                            .run(async |_| sleep(2.0).await)
                            .await?;
                        log.add(format!("{name} cleaned at {}", now()));
                        assert_eq!(cancelling(), 0);
                        sleep(1.0).await
                    });
                }
                Ok(())
            })
            .await
        });
        assert_eq!(value.await?, None);
        assert_eq!(
            log.take(),
            ["a", "b", "a", "b", "a cleaned at 3", "b cleaned at 3"]
        );
        assert_eq!(now(), 3.0);
        Ok(())
    });
}

#[test]
fn the_shield_of_a_member_holds_when_the_body_ends_and_when_it_is_awaited() {
    for awaits in [true, false] {
        run(async move {
            let value = move_on_after(1.0, async |_| {
                TaskGroup::run(async |tg| {
                    let member = tg.create_task(async {
                        let cleaning = CancelScope::new().shielded();
                        cleaning.run(async |_| sleep(5.0).await).await
                    });
                    match awaits {
                        true => member.await.map(drop),
                        false => sleep(3600.0).await,
                    }
                })
                .await
            });
            let value = value.await?;
            assert_eq!(value.is_some(), awaits);
            assert_eq!(now(), 5.0);
            Ok(())
        });
    }
}

#[test]
fn a_group_around_a_scope_and_errors_beside_it() {
    run(async {
        let log = Log::default();
        // an error of a member while the scope is cancelled
        let outcome = move_on_after(1.0, async |_| {
            TaskGroup::run(async |tg| {
                tg.create_task(async {
                    let _ = sleep(3600.0).await;
                    fail("of a member").await
                });
                sleep(3600.0).await
            })
            .await
        });
        assert_eq!(
            errors(&outcome.await.unwrap_err()),
            ["ValueError: of a member"]
        );
        assert_eq!(cancelling(), 0);
        // a scope inside of a member, and an error of its sibling
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task({
                let log = log.clone();
                async move {
                    let scope = CancelScope::new();
                    let outcome = scope.run(async |_| sleep(3600.0).await).await;
                    log.add(text(outcome.as_ref().unwrap_err()));
                    outcome
                }
            });
            tg.create_task(async {
                sleep(1.0).await?;
                fail("sibling").await
            });
            Ok(())
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: sibling"]);
        assert_eq!(log.take(), ["CancelledError"]);
        // the group's own cancel, inside of a scope that is not cancelled
        let value = move_on_after(9.0, async |_| {
            TaskGroup::run(async |tg| {
                tg.create_task(sleep(3600.0));
                sleep(1.0).await?;
                tg.cancel();
                sleep(3600.0).await
            })
            .await?;
            sleep(1.0).await?;
            Ok(1)
        });
        assert_eq!(value.await?, Some(1));
        Ok(())
    });
}

#[test]
fn a_member_made_from_outside_is_inside_too() {
    run(async {
        let log = Log::default();
        let handle = Rc::new(Cell::new(None::<TaskGroup>));
        let task = create_task({
            let handle = handle.clone();
            async move {
                move_on_after(5.0, async |_| {
                    TaskGroup::run(async |tg| {
                        handle.set(Some(tg.clone()));
                        sleep(3600.0).await
                    })
                    .await
                })
                .await
            }
        });
        sleep(1.0).await?;
        let tg = handle.take().unwrap();
        let member = tg.create_task({
            let log = log.clone();
            async move {
                log.add(format!("until {}", current_effective_deadline()));
                while sleep(3600.0).await.is_ok() {}
                sleep(3600.0).await
            }
        });
        assert_eq!(task.await?, None);
        assert!(member.cancelled());
        assert_eq!(log.take(), ["until 1005"]);
        assert_eq!(now(), 5.0);
        Ok(())
    });
}

#[test]
fn every_branch_of_a_join_is_cancelled() {
    run(async {
        let log = Log::default();
        let branch = async |name: &str| {
            let outcome = sleep(3600.0).await;
            log.add(name);
            sleep(1.0).await.unwrap_err();
            log.add(name);
            outcome
        };
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future::<()>();
        let value = move_on_after(1.0, async |_| {
            let ((a, b), (c, d)) = join(
                join(branch("a"), branch("b")),
                join(async { (&future).await }, async {
                    CancelScope::new()
                        .shielded()
                        .run(async |_| sleep(3.0).await)
                        .await
                }),
            )
            .await;
            assert_eq!(d?, Some(()));
            a.and(b).and(c)
        });
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["a", "b", "a", "b"]);
        assert!(future.cancelled());
        assert_eq!(now(), 3.0);
        // beside a scope in a join nothing is cancelled
        let (value, beside) = join(move_on_after(1.0, async |_| sleep(9.0).await), async {
            sleep(2.0).await?;
            assert_eq!(current_effective_deadline(), f64::INFINITY);
            checkpoint().await?;
            Ok::<_, Error>("beside")
        })
        .await;
        assert_eq!((value?, beside?), (None, "beside"));
        let scope = pin!(move_on_after(1.0, async |_| sleep(9.0).await));
        let raced = select(scope, sleep(2.0));
        let Either::Left((value, _)) = raced.await else {
            panic!("the scope was first")
        };
        assert_eq!(value?, None);
        Ok(())
    });
}

#[test]
fn many_scopes_in_one_task() {
    run(async {
        // enough for `join_all` to poll only those that were woken
        let scopes = (1..=100_u32).map(|n| {
            move_on_after(f64::from(n % 10), async |_| {
                let _ = sleep(3600.0).await;
                sleep(3600.0).await
            })
        });
        for value in join_all(scopes).await {
            assert_eq!(value?, None);
        }
        assert_eq!(now(), 9.0);
        // and in a scope
        let value = move_on_after(1.0, async |_| {
            let scopes = (0..100).map(|n| {
                let scope = CancelScope::new();
                if n % 2 == 0 {
                    scope.shield();
                }
                async move { scope.run(async |_| sleep(5.0).await).await }
            });
            let values = join_all(scopes).await;
            Ok(values.iter().filter(|value| value.is_ok()).count())
        });
        assert_eq!(value.await?, Some(50));
        Ok(())
    });
}

#[test]
fn a_foreign_future_is_dropped_with_the_body() {
    run(async {
        let log = Log::default();
        let value = move_on_after(1.0, async |_| hang(&log).await);
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["foreign dropped"]);
        // not while something shielded runs beside it
        let value = move_on_after(1.0, async |_| {
            let cleaning = CancelScope::new().shielded();
            let (cleaned, _) = join(cleaning.run(async |_| sleep(3.0).await), hang(&log)).await;
            cleaned
        });
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["foreign dropped"]);
        assert_eq!(now(), 4.0);
        // and not under a shield
        let value = move_on_after(1.0, async |_| {
            let cleaning = CancelScope::after(2.0).shielded();
            let cleaned = cleaning.run(async |_| hang(&log).await).await?;
            log.add(format!("{cleaned:?} at {}", now()));
            sleep(1.0).await
        });
        assert_eq!(value.await?, None);
        assert_eq!(log.take(), ["foreign dropped", "None at 6"]);
        // a task that is cancelled, too
        let task = create_task({
            let log = log.clone();
            async move {
                CancelScope::new()
                    .shielded()
                    .run(async |_| hang(&log).await)
                    .await
            }
        });
        pass(2).await?;
        task.cancel();
        assert!((&task).await.is_err() && task.cancelled());
        assert_eq!(log.take(), ["foreign dropped"]);
        Ok(())
    });
}

#[test]
fn dropped_and_panicking_scopes_leave_nothing() {
    let (outcome, reports) = run_reported(async {
        let scope = CancelScope::after(1.0);
        {
            let mut body = pin!(scope.run(async |_| sleep(3600.0).await));
            assert!(poll_immediate(&mut body).await.is_none());
        }
        sleep(2.0).await?;
        assert!(!scope.cancel_called());
        {
            let scope = CancelScope::new();
            let mut body = pin!(scope.run(async |_| sleep(3600.0).await));
            assert!(poll_immediate(&mut body).await.is_none());
            scope.cancel();
        }
        sleep(2.0).await?;
        let task = create_task(async {
            let scope = CancelScope::new();
            scope.cancel();
            scope.run(async |_| panicking::<()>("oops").await).await
        });
        assert_eq!(text(&task.await.unwrap_err()), "PanicError: panicked: oops");
        assert_eq!(current_effective_deadline(), f64::INFINITY);
        checkpoint().await?;
        sleep(1.0).await
    });
    outcome.unwrap();
    assert_eq!(reports, Vec::<String>::new());
}

#[test]
fn a_scope_that_becomes_the_result_is_freed() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    let (_, _) = run_reported(async move {
        let (one, two) = (token.clone(), token);
        let task = create_task(async move {
            let scope = CancelScope::after(3600.0);
            scope.run(async |_| Ok(())).await?;
            Ok((scope, one))
        });
        pass(2).await?;
        assert!(task.done());
        // members that never end
        create_task(async move {
            move_on_after(3600.0, async |scope| {
                TaskGroup::run(async |tg| {
                    let keep = (tg.clone(), scope.clone(), two);
                    tg.create_task(async move {
                        let _keep = keep;
                        sleep(7200.0).await
                    });
                    Ok(())
                })
                .await
            })
            .await
        });
        pass(3).await
    });
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_body_moved_to_another_task_is_inside_there() {
    run(async {
        let scope = CancelScope::new();
        let mut body = Box::pin({
            let scope = scope.clone();
            async move { scope.run(async |_| sleep(5.0).await).await }
        });
        assert!(poll_immediate(&mut body).await.is_none());
        let task = create_task(body);
        sleep(1.0).await?;
        scope.cancel();
        assert_eq!(task.await?, None);
        assert_eq!(now(), 1.0);
        Ok(())
    });
}

#[test]
fn a_scope_is_left_when_its_group_was_dropped_midway() {
    run(async {
        let value = move_on_after(1.0, async |_| {
            {
                let mut group = pin!(TaskGroup::run(async |tg| {
                    tg.create_task(async {
                        let _ = sleep(3600.0).await;
                        CancelScope::new()
                            .shielded()
                            .run(async |_| sleep(5.0).await)
                            .await
                    });
                    sleep(3600.0).await
                }));
                assert!(poll_immediate(&mut group).await.is_none());
                sleep(0).await?;
            }
            hang(&Log::default()).await
        });
        assert_eq!(value.await?, None);
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}
