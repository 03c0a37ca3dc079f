//! A `TaskGroup` with a limit: who runs when, and what becomes of those whose turn never comes.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use asyncio_tasks::{
    CancelScope, Result, Task, TaskGroup, ValueError, create_task, get_running_loop, move_on_after,
    sleep,
};
use futures_util::future::poll_immediate;

use crate::support::{Log, errors, fail, panicking, pass, run, text};

fn limited(tasks: usize) -> TaskGroup {
    TaskGroup::builder().limit(tasks).build().unwrap()
}

/// Logs that it begins, and ends after a second.
fn second(name: &str, log: &Log) -> impl Future<Output = Result<()>> + use<> {
    let (name, log) = (name.to_owned(), log.clone());
    async move {
        log.add(format!("{name} at {}", get_running_loop()?.time() - 1000.0));
        sleep(1.0).await
    }
}

#[test]
fn in_the_order_of_creation() {
    run(async {
        let log = Log::default();
        limited(2)
            .enter(async |tg| {
                for name in ["a", "b", "c", "d", "e"] {
                    tg.create_task(second(name, &log));
                }
                Ok(())
            })
            .await?;
        assert_eq!(
            log.take(),
            ["a at 0", "b at 0", "c at 1", "d at 1", "e at 2"]
        );
        Ok(())
    });
}

#[test]
fn without_a_limit_and_with_zero() {
    run(async {
        let value = TaskGroup::builder().run(async |tg| tg.create_task(async { Ok(1) }).await);
        assert_eq!(value.await?, 1);
        let zero = TaskGroup::builder().limit(0);
        assert_eq!(
            zero.clone().build().unwrap_err().to_string(),
            "limit must be at least 1, not 0"
        );
        let zero = zero.run(async |_| Ok(())).await;
        assert!(zero.unwrap_err().is::<ValueError>());
        Ok(())
    });
}

#[test]
fn one_that_is_cancelled_before_its_turn_never_runs_and_is_passed_over() {
    run(async {
        for passes in 0..3 {
            let log = Log::default();
            limited(1)
                .enter(async |tg| {
                    tg.create_task(second("a", &log));
                    let queued: Task<()> = tg.create_task(panicking("never"));
                    tg.create_task(async { Ok(()) });
                    pass(passes).await?;
                    queued.cancel_with("queued");
                    assert_eq!(text(&queued.await.unwrap_err()), "CancelledError: queued");
                    assert_eq!(get_running_loop()?.time().fract(), 0.0);
                    Ok(())
                })
                .await?;
        }
        assert_eq!(get_running_loop()?.time(), 1003.0);
        Ok(())
    });
}

#[test]
fn the_end_of_the_group_is_the_end_of_the_queue() {
    run(async {
        let failed = limited(1)
            .enter(async |tg| {
                tg.create_task(fail("first"));
                tg.create_task::<()>(panicking("never"));
                tg.create_task::<()>(panicking("never"));
                Ok(())
            })
            .await;
        // The place of the first goes to the second, which is cancelled before its step.
        assert_eq!(errors(&failed.unwrap_err()), ["ValueError: first"]);
        limited(1)
            .enter(async |tg| {
                tg.create_task(sleep(3600.0));
                tg.create_task::<()>(panicking("never"));
                pass(2).await?;
                tg.cancel();
                Ok(())
            })
            .await?;
        // a cancel scope around
        let value = move_on_after(1.0, async |_| {
            limited(1)
                .enter(async |tg| {
                    tg.create_task(async {
                        let cleaning = CancelScope::new().shielded();
                        cleaning.run(async |_| sleep(5.0).await).await
                    });
                    tg.create_task::<()>(panicking("never"));
                    sleep(3600.0).await
                })
                .await
        });
        assert_eq!(value.await?, None);
        Ok(())
    });
}

#[test]
fn tasks_create_tasks() {
    run(async {
        let log = Log::default();
        limited(1)
            .enter(async |tg| {
                let (inner, log) = (tg.clone(), log.clone());
                tg.create_task(async move {
                    for name in ["x", "y"] {
                        inner.create_task(second(name, &log));
                    }
                    sleep(1.0).await?;
                    log.add("creator ends");
                    Ok(())
                });
                Ok(())
            })
            .await?;
        assert_eq!(log.take(), ["creator ends", "x at 1", "y at 2"]);
        Ok(())
    });
}

#[test]
fn created_when_there_is_a_place() {
    run(async {
        let log = Log::default();
        limited(2)
            .enter(async |tg| {
                for name in ["a", "b", "c", "d"] {
                    tg.create_task_when_free(second(name, &log)).await?;
                    log.add(format!("{name} created"));
                }
                Ok(())
            })
            .await?;
        assert_eq!(
            log.take(),
            [
                "a created",
                "b created",
                "a at 0",
                "b at 0",
                "c created",
                "d created",
                "c at 1",
                "d at 1"
            ]
        );
        // without a limit there always is one
        TaskGroup::run(async |tg| tg.create_task_when_free(async { Ok(()) }).await?.await).await
    });
}

#[test]
fn a_wait_for_a_place_that_is_cancelled_or_dropped_passes_it_on() {
    run(async {
        for dropped in [true, false] {
            let log = Log::default();
            limited(1)
                .enter(async |tg| {
                    let first = tg.create_task(second("first", &log));
                    if dropped {
                        let mut waiting = pin!(tg.create_task_when_free(panicking::<()>("never")));
                        assert!(poll_immediate(&mut waiting).await.is_none());
                        tg.create_task(second("next", &log));
                        // given, but not taken
                        (&first).await?;
                    } else {
                        let tg2 = tg.clone();
                        let waiting = create_task(async move {
                            tg2.create_task_when_free(panicking::<()>("never")).await
                        });
                        sleep(0).await?;
                        tg.create_task(second("next", &log));
                        (&first).await?;
                        waiting.cancel();
                        assert!(waiting.await.unwrap_err().is_cancelled());
                    }
                    Ok(())
                })
                .await?;
            let lines = log.take();
            assert_eq!(lines.len(), 2, "{lines:?}");
        }
        Ok(())
    });
}

#[test]
fn a_group_that_is_over_refuses_and_keeps_no_place() {
    run(async {
        let tg = limited(1);
        tg.enter(async |_| Ok(())).await?;
        for _ in 0..2 {
            let refused = tg.create_task_when_free(async { Ok(()) }).await?;
            let error = refused.await.unwrap_err();
            assert!(error.to_string().ends_with("is finished"), "{error}");
        }
        Ok(())
    });
}

#[test]
fn never_more_than_the_limit_and_nothing_is_kept() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    run(async move {
        let running = Rc::new(Cell::new(0));
        limited(3)
            .enter(async |tg| {
                for n in 0..200_u32 {
                    let (running, token) = (running.clone(), token.clone());
                    let task = tg.create_task(async move {
                        let _token = token;
                        running.set(running.get() + 1);
                        assert!(running.get() <= 3);
                        let slept = sleep(f64::from(n % 7)).await;
                        running.set(running.get() - 1);
                        slept
                    });
                    if n % 5 == 0 {
                        task.cancel();
                    }
                    if n % 11 == 0 {
                        sleep(0).await?;
                        task.cancel();
                    }
                }
                Ok(())
            })
            .await?;
        assert_eq!(running.get(), 0);
        drop(token);
        Ok(())
    });
    assert!(weak.upgrade().is_none());
}
