//! `as_completed`.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;

use asyncio_tasks::{
    AsCompleted, Future, LoopTasks, Result, Task, TimeoutError, as_completed, create_task, gather,
    get_running_loop, sleep, wait,
};
use futures_util::future::{join, poll_immediate};
use futures_util::stream::StreamExt;

use crate::support::{Log, run, sleeper, text, value_error};

async fn work(name: &'static str, delay: f64) -> Result<&'static str> {
    sleep(delay).await?;
    match name {
        "bad" => Err(value_error(name)),
        _ => Ok(name),
    }
}

#[test]
fn comb_23_the_tasks_themselves() {
    run(async {
        let slow = create_task(work("slow", 4.0));
        let bad = create_task(work("bad", 2.0));
        let quick = create_task(work("quick", 0.0));
        let log = Log::default();
        let completed = as_completed([&slow, &bad, &quick, &slow]);
        while let Some(earliest) = completed.next().await {
            let earliest = earliest?;
            let names = [(&slow, "slow"), (&bad, "bad"), (&quick, "quick")];
            let name = names.into_iter().find(|(task, _)| earliest == **task);
            let error = earliest
                .exception()?
                .map_or("none".into(), |error| text(&error));
            log.add(format!("{} {} {error}", name.unwrap().1, earliest.done()));
        }
        assert_eq!(
            log.take(),
            [
                "quick true none",
                "bad true ValueError: bad",
                "slow true none"
            ]
        );
        assert_eq!(slow.result()?, "slow");
        Ok(())
    });
}

#[test]
fn comb_23_the_results() {
    run(async {
        let slow = create_task(work("slow", 4.0));
        let tasks = [
            slow.clone(),
            create_task(work("bad", 2.0)),
            create_task(work("quick", 0.0)),
            slow,
        ];
        let mut seen = Vec::new();
        for earliest in as_completed(tasks) {
            seen.push(earliest.await.unwrap_or_else(|error| {
                assert_eq!(text(&error), "ValueError: bad");
                "error"
            }));
        }
        assert_eq!(seen, ["quick", "error", "slow"]);
        assert_eq!(as_completed([] as [Task<()>; 0]).into_iter().count(), 0);
        assert!(as_completed([] as [Task<()>; 0]).next().await.is_none());

        let coroutines = as_completed([work("b", 2.0), work("a", 1.0)]);
        let mut awaitables: Vec<_> = coroutines.into_iter().collect();
        let (second, first) = (awaitables.pop().unwrap(), awaitables.pop().unwrap());
        let (first, second) = join(first, second).await;
        assert_eq!((first?, second?), ("a", "b"));
        Ok(())
    });
}

#[test]
fn comb_23_the_deadline() {
    run(async {
        let (open, gate) = {
            let event_loop = get_running_loop()?;
            (
                event_loop.create_future::<()>(),
                event_loop.create_future::<()>(),
            )
        };
        open.set_result(())?;
        let through = |name: &'static str, gate: &Future<()>| {
            let gate = gate.clone();
            create_task(async move { (&gate).await.map(|()| name) })
        };
        let (a, b, c) = (
            through("a", &open),
            through("b", &gate),
            through("c", &gate),
        );
        let mut seen = Vec::new();
        for earliest in as_completed([&a, &b, &c]).timeout(2.0) {
            seen.push(earliest.await.map_or_else(|error| text(&error), Into::into));
        }
        assert_eq!(seen, ["a", "TimeoutError", "TimeoutError"]);
        assert_eq!((b.cancelling(), c.cancelling()), (0, 0));

        let d = through("d", &open);
        let completed = as_completed([&d, &b]).timeout(2.0);
        assert_eq!(completed.next().await.unwrap()?.result()?, "d");
        assert!(
            completed
                .next()
                .await
                .unwrap()
                .unwrap_err()
                .is::<TimeoutError>()
        );
        assert!(completed.next().await.is_none());
        gate.set_result(())?;
        assert_eq!(gather((&a, &b, &c, &d)).await?, ("a", "b", "c", "d"));
        // in time
        let completed = as_completed([&a, &b]).timeout(2.0);
        sleep(9.0).await?;
        assert!(completed.next().await.unwrap().is_ok());
        Ok(())
    });
}

#[test]
fn comb_24_a_cancelled_step_loses_nothing() {
    run(async {
        let completed = as_completed([work("a", 5.0), work("b", 7.0)]);
        let shared = completed.clone();
        let first = create_task(async move { shared.next().await.unwrap()?.await });
        sleep(0).await?;
        first.cancel();
        wait([&first]).await?;
        assert!(first.cancelled());
        assert_eq!(rest(&completed).await?, ["a", "b"]);
        Ok(())
    });
}

async fn rest(completed: &AsCompleted<&'static str>) -> Result<Vec<&'static str>> {
    let mut seen = Vec::new();
    while let Some(earliest) = completed.next().await {
        seen.push(earliest?.await?);
    }
    Ok(seen)
}

#[test]
fn a_step_cancelled_after_it_was_woken_wakes_another() {
    run(async {
        let gate: Future<&str> = get_running_loop()?.create_future();
        let other: Future<&str> = get_running_loop()?.create_future();
        let completed = as_completed([gate.clone(), other.clone()]);
        let steps = [0; 2].map(|_| {
            let shared = completed.clone();
            create_task(async move { shared.next().await.unwrap()?.await })
        });
        sleep(0).await?;
        gate.set_result("first")?;
        get_running_loop()?.call_soon({
            let woken = steps[0].clone();
            move || woken.cancel()
        });
        wait([&steps[0]]).await?;
        assert!(steps[0].cancelled());
        assert_eq!((&steps[1]).await?, "first");
        other.set_result("second")?;
        assert_eq!(rest(&completed).await?, ["second"]);
        Ok(())
    });
}

#[test]
fn dropped_steps_come_again_unless_they_never_began() {
    run(async {
        let mut iterator = as_completed([work("a", 1.0), work("b", 2.0)]).into_iter();
        {
            let mut step = pin!(iterator.next().unwrap());
            assert!(poll_immediate(&mut step).await.is_none());
        }
        drop(iterator.next());
        assert_eq!(iterator.next().unwrap().await?, "a");
        assert!(iterator.next().is_none());

        let completed = as_completed([work("a", 1.0), work("b", 2.0)]);
        {
            let mut step = pin!(completed.next());
            assert!(poll_immediate(&mut step).await.is_none());
        }
        assert_eq!(rest(&completed).await?, ["a", "b"]);
        Ok(())
    });
}

#[test]
fn as_a_stream() {
    run(async {
        let mut completed = as_completed([work("b", 2.0), work("a", 1.0)]);
        assert!(
            poll_immediate(StreamExt::next(&mut completed))
                .await
                .is_none()
        );
        let mut seen = Vec::new();
        while let Some(earliest) =
            poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut completed), cx)).await
        {
            seen.push(earliest?.await?);
        }
        assert_eq!(seen, ["a", "b"]);
        Ok(())
    });
}

#[test]
fn dropped_nothing_is_left() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    run(async move {
        let event_loop = get_running_loop()?;
        let never: Future<()> = event_loop.create_future();
        never.add_done_callback(move |_| drop(token.clone()));
        let completed = as_completed([never]).timeout(5.0);
        {
            let mut step = pin!(completed.next());
            assert!(poll_immediate(&mut step).await.is_none());
        }
        drop(completed);
        assert!(weak.upgrade().is_none());
        let log = Log::default();
        let task = sleeper("a", 0, &log);
        drop(as_completed([task.clone()]));
        assert_eq!(task.await?, "a");
        Ok(())
    });
}
