//! `timeout`, `timeout_at`, `Timeout` and `wait_for`.

use std::cell::Cell;
use std::time::Duration;

use asyncio_tasks::{
    ExceptionGroup, LoopTasks, TaskGroup, Timeout, TimeoutError, ValueError, create_task,
    current_task, get_running_loop, sleep, timeout, timeout_at, wait_for,
};

use crate::support::{Log, chain, pass, run, text, value_error};

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
fn comb_13_an_error_of_the_clean_up_tells_of_the_timeout() {
    async fn fails(own_cause: bool) -> asyncio_tasks::Result<()> {
        let cancelled = sleep(3600.0).await.unwrap_err();
        let error = value_error("cleaning up failed");
        Err(match own_cause {
            true => error.caused_by(value_error("in between").caused_by(cancelled)),
            false => error.caused_by(cancelled),
        })
    }

    run(async {
        let error = timeout(1.0, async |_| fails(false).await).await;
        assert_eq!(
            chain(&error.unwrap_err()),
            "ValueError: cleaning up failed <- TimeoutError <- CancelledError"
        );
        let error = wait_for(fails(true), 1.0).await;
        assert_eq!(
            chain(&error.unwrap_err()),
            "ValueError: cleaning up failed <- ValueError: in between <- TimeoutError <- CancelledError"
        );

        let error = timeout(1.0, async |_| {
            TaskGroup::run(async |tg| {
                tg.create_task(fails(false));
                tg.create_task(async { sleep(3600.0).await.map_err(|_| value_error("bare")) });
                Ok(())
            })
            .await
        });
        let error = error.await.unwrap_err();
        let group = error.downcast_ref::<ExceptionGroup>().unwrap();
        assert_eq!(
            group.exceptions().iter().map(chain).collect::<Vec<_>>(),
            [
                "ValueError: cleaning up failed <- TimeoutError <- CancelledError",
                "ValueError: bare"
            ]
        );

        // Without a deadline that passed, the causes are left alone.
        let task = create_task(timeout(60.0, async |_| fails(false).await));
        sleep(0).await?;
        task.cancel();
        assert_eq!(
            chain(&task.await.unwrap_err()),
            "ValueError: cleaning up failed <- CancelledError"
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
        let words = [String::from("a"), String::from("b")];
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
