//! `TaskGroup`.

use asyncio_tasks::{
    Context, ContextVar, Error, ExceptionGroup, KeyboardInterrupt, LoopTasks, Result, TaskGroup,
    create_task, get_running_loop, sleep, wait,
};

use crate::support::{
    Log, cancelling, errors, fail, hang, panicking, pass, run, run_reported, sleeping, text,
};

#[test]
fn tg_01_waits_for_all_children_and_theirs() {
    async fn child(tg: TaskGroup, name: String, depth: usize, log: Log) -> Result<String> {
        log.add(format!("start {name}"));
        sleep(0).await?;
        if depth > 0 {
            let next = format!("{name}.{depth}");
            tg.create_task(Box::pin(child(tg.clone(), next, depth - 1, log.clone()))
                as std::pin::Pin<Box<dyn Future<Output = Result<String>>>>);
        }
        sleep(0).await?;
        log.add(format!("end {name}"));
        Ok(name)
    }
    run(async {
        let log = Log::default();
        let task = TaskGroup::run(async |tg| {
            let task = tg.create_task(child(tg.clone(), "a".into(), 2, log.clone()));
            tg.create_task(child(tg.clone(), "b".into(), 0, log.clone()));
            log.add(format!("body ends {}", task.done()));
            Ok(task)
        })
        .await?;
        assert_eq!(task.await?, "a");
        assert_eq!(
            log.take(),
            [
                "body ends false",
                "start a",
                "start b",
                "start a.2",
                "end a",
                "end b",
                "start a.2.1",
                "end a.2",
                "end a.2.1"
            ]
        );
        Ok(())
    });
}

#[test]
fn tg_01_create_task_at_the_wrong_time() {
    run(async {
        let refused = |group: &TaskGroup| {
            let task = group.create_task(panicking::<()>("started"));
            assert!(task.done());
            text(&task.exception().unwrap().unwrap())
        };
        let group = TaskGroup::new();
        assert_eq!(
            refused(&group),
            "RuntimeError: TaskGroup <TaskGroup> has not been entered"
        );
        group.enter(async |_| Ok(())).await?;
        assert_eq!(
            refused(&group),
            "RuntimeError: TaskGroup <TaskGroup entered> is finished"
        );
        let twice = group.enter(async |_| Ok(())).await.unwrap_err();
        assert_eq!(
            text(&twice),
            "RuntimeError: TaskGroup <TaskGroup entered> has already been entered"
        );

        let failed = TaskGroup::run(async |tg| {
            tg.create_task(fail("child"));
            let outcome = sleep(3600.0).await;
            assert_eq!(
                refused(tg),
                "RuntimeError: TaskGroup <TaskGroup errors=1 cancelling> is shutting down"
            );
            outcome
        });
        assert_eq!(errors(&failed.await.unwrap_err()), ["ValueError: child"]);
        Ok(())
    });
}

#[test]
fn tg_01_a_refused_task_that_nobody_looks_at_is_reported() {
    let (outcome, reports) = run_reported(async {
        let group = TaskGroup::new();
        group.create_task(fail("never runs"));
        Ok(())
    });
    outcome.unwrap();
    let error = "RuntimeError: TaskGroup <TaskGroup> has not been entered";
    assert_eq!(
        reports,
        [format!("Task exception was never retrieved: {error}")]
    );
}

#[test]
fn names_and_contexts() {
    static VAR: ContextVar<u32> = ContextVar::new("VAR");
    run(async {
        let context = Context::new();
        TaskGroup::run(async |tg| {
            let named = tg.task_builder().name("named").context(&context);
            let named = named.create(async { Ok(VAR.set(5)) });
            assert_eq!(named.get_name(), "named");
            Ok(())
        })
        .await?;
        assert_eq!(context.get(&VAR), Some(5));
        assert_eq!(VAR.get(), None);
        Ok(())
    });
}

#[test]
fn tg_02_a_failure_cancels_the_others_and_the_body() {
    run(async {
        let log = Log::default();
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(sleeping("first", 0, &log));
            tg.create_task(async {
                sleep(1.0).await?;
                fail("child").await
            });
            tg.create_task(sleeping("second", 0, &log));
            let outcome: Result<()> = sleep(3600.0).await;
            assert_eq!(cancelling(), 1);
            outcome
        });
        let error = outcome.await.unwrap_err();
        assert_eq!(
            text(&error),
            "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"
        );
        assert_eq!(errors(&error), ["ValueError: child"]);
        assert!(error.cause().is_none());
        assert_eq!(log.take(), ["first ends", "second ends"]);
        assert_eq!(cancelling(), 0);

        // while the group waits at its end
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(sleeping("first", 0, &log));
            tg.create_task(fail("child"));
            Ok(())
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: child"]);
        assert_eq!(cancelling(), 0);
        sleep(0).await
    });
}

#[test]
fn tg_03_in_the_order_of_their_ends_the_body_last() {
    run(async {
        let outcome = TaskGroup::run(async |tg| {
            for (name, passes) in [("slow", 8), ("quick", 0), ("medium", 4)] {
                tg.create_task(async move {
                    let _ = sleep(3600.0).await;
                    pass(passes).await?;
                    fail(name).await
                });
            }
            tg.create_task(async {
                sleep(0).await?;
                fail("trigger").await
            });
            let _ = sleep(3600.0).await;
            fail("body").await
        });
        assert_eq!(
            errors(&outcome.await.unwrap_err()),
            ["trigger", "quick", "medium", "slow", "body"]
                .map(|name| format!("ValueError: {name}"))
        );
        Ok(())
    });
}

#[test]
fn tg_04_and_05_cancelled_children_and_errors_of_the_body() {
    run(async {
        let log = Log::default();
        TaskGroup::run(async |tg| {
            let first = tg.create_task(sleeping("first", 0, &log));
            let raised = asyncio_tasks::CancelledError::new();
            tg.create_task::<()>(async { Err(raised.into()) });
            sleep(0).await?;
            first.cancel();
            sleep(1.0).await
        })
        .await?;
        assert_eq!(log.take(), ["first ends"]);

        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(sleeping("child", 0, &log));
            sleep(0).await?;
            fail("body").await
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: body"]);
        assert_eq!(log.take(), ["child ends"]);
        let outcome = TaskGroup::run(async |_| fail("alone").await).await;
        assert_eq!(errors(&outcome.unwrap_err()), ["ValueError: alone"]);
        Ok(())
    });
}

#[test]
fn tg_06_an_outer_cancel_goes_through() {
    for in_the_body in [true, false] {
        run(async move {
            let log = Log::default();
            let task = create_task({
                let log = log.clone();
                async move {
                    let outcome = TaskGroup::run(async |tg| {
                        tg.create_task(sleeping("child", 3, &log));
                        if in_the_body {
                            sleep(3600.0).await?;
                        }
                        Ok(())
                    });
                    let outcome = outcome.await;
                    log.add(format!(
                        "{} {}",
                        text(outcome.as_ref().unwrap_err()),
                        cancelling()
                    ));
                    outcome
                }
            });
            pass(2).await?;
            task.cancel_with("outer");
            wait([&task]).await?;
            assert!(task.cancelled());
            assert_eq!(log.take(), ["child ends", "CancelledError: outer 1"]);
            Ok(())
        });
    }
}

#[test]
fn tg_07_errors_come_first_and_the_cancellation_again() {
    run(async {
        let task = create_task(async {
            let outcome = TaskGroup::run(async |tg| {
                tg.create_task(async {
                    let _ = sleep(3600.0).await;
                    fail("child").await
                });
                sleep(3600.0).await
            });
            assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: child"]);
            assert_eq!(cancelling(), 1);
            assert_eq!(text(&sleep(0).await.unwrap_err()), "CancelledError");
            sleep(0).await?;
            Ok(cancelling())
        });
        pass(2).await?;
        task.cancel_with("outer");
        assert_eq!(task.await?, 1);
        Ok(())
    });
}

#[test]
fn tg_08_a_body_that_swallows_the_cancellation() {
    run(async {
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(fail("child"));
            assert!(sleep(3600.0).await.is_err());
            sleep(1.0).await?;
            assert_eq!(cancelling(), 1);
            Ok(())
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: child"]);
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn tg_09_an_interrupt_of_the_body_comes_out_bare() {
    let log = Log::default();
    let (outcome, reports) = run_reported({
        let log = log.clone();
        async move {
            TaskGroup::run(async |tg| {
                tg.create_task(sleeping("slow", 5, &log));
                tg.create_task(async {
                    let _ = sleep(3600.0).await;
                    fail("child").await
                });
                sleep(0).await?;
                Err::<(), Error>(KeyboardInterrupt::with_message("body").into())
            })
            .await
        }
    });
    assert_eq!(text(&outcome.unwrap_err()), "KeyboardInterrupt: body");
    assert_eq!(log.take(), ["slow ends"]);
    assert!(reports.is_empty());
}

#[test]
fn tg_09_an_interrupt_of_a_child_leaves_the_loop() {
    let event_loop = asyncio_tasks::new_event_loop().unwrap();
    let log = Log::default();
    let main = event_loop.create_task({
        let log = log.clone();
        async move {
            let outcome = TaskGroup::run(async |tg| {
                tg.create_task(sleeping("child", 0, &log));
                tg.create_task::<()>(async {
                    Err(KeyboardInterrupt::with_message("child").into())
                });
                sleep(3600.0).await
            });
            log.add(text(&outcome.await.unwrap_err()));
            Ok(())
        }
    });
    let interrupt = event_loop.run_until_complete(main.clone()).unwrap_err();
    assert!(interrupt.is::<KeyboardInterrupt>());
    // the loop goes on to end what was cancelled, as `asyncio.run` does
    event_loop.run_until_complete(main).unwrap();
    assert_eq!(log.take(), ["child ends", "KeyboardInterrupt: child"]);
    event_loop.close().unwrap();
}

#[test]
fn tg_10_cancel() {
    run(async {
        let log = Log::default();
        let group = TaskGroup::new();
        let returned = group.enter(async |tg| {
            tg.create_task(sleeping("child", 0, &log));
            let canceller = tg.clone();
            tg.create_task(async move {
                sleep(0).await?;
                canceller.cancel();
                canceller.cancel();
                Ok(())
            });
            sleep(3600.0).await
        });
        assert_eq!(returned.await?, None);
        assert_eq!((log.take(), cancelling()), (vec!["child ends".into()], 0));
        group.cancel();
        sleep(0).await?;

        // in the body itself: it runs on to its next await
        TaskGroup::run(async |tg| {
            tg.cancel();
            log.add("goes on");
            sleep(0).await?;
            log.add("not reached");
            Ok(())
        })
        .await?;
        assert_eq!((log.take(), cancelling()), (vec!["goes on".into()], 0));

        let child = TaskGroup::run(async |tg| {
            let child = tg.create_task(fail("never runs"));
            tg.cancel();
            Ok(child)
        })
        .await?;
        assert!(child.cancelled());
        sleep(0).await?;
        assert_eq!(cancelling(), 0);

        // a value that never came
        let no_value = TaskGroup::run(async |tg| {
            tg.cancel();
            sleep(0).await?;
            Ok(1)
        });
        assert!(no_value.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn tg_10_cancel_before_it_is_entered() {
    run(async {
        for hangs in [false, true] {
            let log = Log::default();
            let group = TaskGroup::new();
            group.cancel();
            let returned = group.enter(async |_| {
                assert_eq!(cancelling(), 1);
                if hangs {
                    hang(&log).await?;
                }
                sleep(0).await?;
                panicking::<()>("not reached").await
            });
            assert_eq!((returned.await?, cancelling()), (None, 0));
        }
        Ok(())
    });
}

#[test]
fn tg_10_errors_and_outer_cancels_are_kept() {
    run(async {
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(async {
                let _ = sleep(3600.0).await;
                fail("cleanup").await
            });
            sleep(0).await?;
            tg.cancel();
            Ok(())
        });
        assert_eq!(errors(&outcome.await.unwrap_err()), ["ValueError: cleanup"]);
        assert_eq!(cancelling(), 0);

        let log = Log::default();
        let task = create_task({
            let log = log.clone();
            async move {
                let outcome = TaskGroup::run(async |tg| {
                    tg.create_task(sleeping("child", 10, &log));
                    sleep(0).await?;
                    tg.cancel();
                    Ok(())
                });
                let outcome = outcome.await;
                log.add(format!(
                    "{} {}",
                    text(outcome.as_ref().unwrap_err()),
                    cancelling()
                ));
                outcome
            }
        });
        pass(5).await?;
        task.cancel_with("outer");
        wait([&task]).await?;
        assert!(task.cancelled());
        assert_eq!(log.take(), ["child ends", "CancelledError: outer 1"]);
        Ok(())
    });
}

#[test]
fn tg_11_nested() {
    run(async {
        let outcome = TaskGroup::run(async |tg| {
            tg.create_task(TaskGroup::run(async |tg| {
                tg.create_task(fail("inner 1"));
                tg.create_task(fail("inner 2"));
                Ok(())
            }));
            TaskGroup::run(async |tg| {
                tg.create_task(fail("second"));
                Ok(())
            })
            .await
        });
        let error = outcome.await.unwrap_err();
        let group = error.downcast_ref::<ExceptionGroup>().unwrap();
        let nested: Vec<_> = group.exceptions().iter().map(errors).collect();
        assert_eq!(
            nested,
            [
                vec!["ValueError: inner 1", "ValueError: inner 2"],
                vec!["ValueError: second"]
            ]
        );
        assert_eq!(cancelling(), 0);
        Ok(())
    });
}

#[test]
fn tg_14_leaving_an_empty_group_does_not_suspend() {
    run(async {
        let log = Log::default();
        get_running_loop()?.call_soon({
            let log = log.clone();
            move || log.add("callback")
        });
        TaskGroup::run(async |_| {
            log.add("body");
            Ok(())
        })
        .await?;
        log.add("after");
        sleep(0).await?;
        assert_eq!(log.take(), ["body", "after", "callback"]);
        Ok(())
    });
}

#[test]
fn a_member_is_named_after_its_coroutine() {
    async fn texts() -> Result<Vec<String>> {
        TaskGroup::run(async |tg| {
            let plain = tg.create_task(sleep(0));
            let named = tg.task_builder().name("named").create(sleep(0));
            Ok([plain, named].map(|task| format!("{task:?}")).into())
        })
        .await
    }
    run(async {
        let mut all = texts().await?;
        get_running_loop()?.set_task_factory(|_, spec| spec.create());
        all.extend(texts().await?);
        for text in all {
            let coro = "coro=<asyncio_tasks::tasks::sleep::Sleep()>";
            assert!(text.contains(coro), "{text}");
        }
        Ok(())
    });
}
