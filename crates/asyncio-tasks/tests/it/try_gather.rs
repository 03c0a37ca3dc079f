//! `try_gather`: the first error ends all, and nothing outlives it.

use std::pin::pin;
use std::rc::Rc;

use asyncio_tasks::{
    LoopTasks, Task, create_task, current_task, gather, get_running_loop, move_on_after, sleep,
    timeout, try_gather,
};
use futures_util::future::poll_immediate;

use crate::support::{Log, fail, panicking, pass, run, run_reported, sleeping, text};

#[test]
fn results_in_order() {
    run(async {
        let (a, b, c) = try_gather((
            async {
                sleep(2.0).await?;
                Ok('a')
            },
            async { Ok("b") },
            get_running_loop()?.create_task(async { Ok(3) }),
        ))
        .await?;
        assert_eq!((a, b, c), ('a', "b", 3));
        let empty: [Task<()>; 0] = [];
        assert!(try_gather(empty).await?.is_empty());
        try_gather(()).await?;
        let task = create_task(async { Ok(1) });
        assert_eq!(try_gather([&task, &task]).await?, [1, 1]);
        assert_eq!(try_gather([&task]).await?, [1]);
        let nested = gather((try_gather([task]), async { Ok(2) })).await?;
        assert_eq!(nested, (vec![1], 2));
        Ok(())
    });
}

#[test]
fn the_first_error_cancels_the_others_and_waits_for_them() {
    run(async {
        let log = Log::default();
        let slow = create_task(sleeping("slow", 5, &log));
        let failing = async {
            sleep(1.0).await?;
            fail("first").await
        };
        let error = try_gather((&slow, failing, sleeping("other", 2, &log))).await;
        assert_eq!(text(&error.unwrap_err()), "ValueError: first");
        assert_eq!(log.take(), ["other ends", "slow ends"]);
        assert!(slow.cancelled());
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        // one that has failed already, a panic
        let failed = create_task(fail("before"));
        sleep(0).await?;
        let error = try_gather((sleeping("late", 0, &log), &failed)).await;
        assert_eq!(text(&error.unwrap_err()), "ValueError: before");
        assert_eq!(log.take(), Vec::<String>::new(), "it never began");
        let error = try_gather((sleep(3600.0), panicking::<()>("oops"))).await;
        assert_eq!(text(&error.unwrap_err()), "PanicError: panicked: oops");
        Ok(())
    });
}

#[test]
fn further_errors_are_reported_or_seen_by_those_who_look() {
    let (outcome, reports) = run_reported(async {
        let second = async |name| {
            let _ = sleep(3600.0).await;
            fail(name).await
        };
        let handle = create_task(second("seen"));
        let error = try_gather((
            &handle,
            async {
                sleep(1.0).await?;
                fail("first").await
            },
            second("reported"),
        ))
        .await;
        assert_eq!(text(&error.unwrap_err()), "ValueError: first");
        assert_eq!(text(&handle.exception()?.unwrap()), "ValueError: seen");
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Task exception was never retrieved: ValueError: reported"]
    );
}

#[test]
fn a_child_that_somebody_else_cancels_is_an_error() {
    run(async {
        let (one, two) = (create_task(sleep(3600.0)), create_task(sleep(3600.0)));
        let canceller = one.clone();
        get_running_loop()?.call_later(1.0, move || canceller.cancel_with("else"));
        let error = try_gather([&one, &two]).await.unwrap_err();
        assert_eq!(text(&error), "CancelledError: else");
        assert!(two.cancelled());
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn cancelled_from_outside_it_waits_for_all() {
    for clean_up in ["fails", "ends", "swallows"] {
        run(async move {
            let log = Log::default();
            let task = create_task({
                let log = log.clone();
                async move {
                    let other = async move {
                        let outcome = sleep(3600.0).await;
                        match clean_up {
                            "fails" => fail("clean-up").await,
                            "ends" => outcome,
                            _ => Ok(()),
                        }
                    };
                    try_gather((sleeping("slow", 5, &log), other)).await
                }
            });
            pass(3).await?;
            task.cancel_with("outer");
            let error = (&task).await.unwrap_err();
            let expected = match clean_up {
                "fails" => "ValueError: clean-up",
                _ => "CancelledError: outer",
            };
            assert_eq!(text(&error), expected);
            assert_eq!(task.cancelling(), 1);
            assert_eq!(log.take(), ["slow ends"]);
            Ok(())
        });
    }
    run(async {
        let log = Log::default();
        let late = timeout(1.0, async |_| try_gather([sleeping("a", 3, &log)]).await);
        assert_eq!(text(&late.await.unwrap_err()), "TimeoutError");
        let late = move_on_after(1.0, async |_| try_gather([sleeping("b", 3, &log)]).await);
        assert_eq!(late.await?, None);
        assert_eq!(log.take(), ["a ends", "b ends"]);
        Ok(())
    });
}

#[test]
fn cancelled_at_every_pass_it_leaves_no_child() {
    for passes in 0..12 {
        run(async move {
            let log = Log::default();
            let task = create_task({
                let log = log.clone();
                async move {
                    let failing = async {
                        pass(3).await?;
                        fail("first").await
                    };
                    try_gather((sleeping("a", 2, &log), failing, sleeping("b", 3, &log))).await
                }
            });
            pass(passes).await?;
            task.cancel();
            let ended = (&task).await;
            assert!(ended.is_err());
            assert_eq!(asyncio_tasks::all_tasks()?.len(), 1, "{passes}: {ended:?}");
            Ok(())
        });
    }
}

#[test]
fn dropped_it_cancels_what_it_was_given() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    run(async {
        let log = Log::default();
        let (one, two) = (
            create_task(sleeping("one", 0, &log)),
            create_task(sleeping("two", 0, &log)),
        );
        pass(2).await?;
        drop(try_gather([&one]));
        {
            let mut waiting = pin!(try_gather((&two, async move {
                let _token = token;
                sleep(3600.0).await
            })));
            assert!(poll_immediate(&mut waiting).await.is_none());
            sleep(0).await?;
        }
        pass(3).await?;
        assert!(one.cancelled() && two.cancelled());
        assert_eq!(log.take(), ["one ends", "two ends"]);
        Ok(())
    });
    assert!(weak.upgrade().is_none());
}
