//! `ensure_future` and `FutureLike`.

use std::panic::catch_unwind;

use asyncio_tasks::{
    EventLoop, Future, FutureLike, InvalidStateError, LoopTasks, Result, ValueError, create_task,
    ensure_future, get_running_loop, new_event_loop,
};

use crate::support::{Log, pass, run, text, value_error};

#[test]
fn tasks_and_futures_are_themselves() {
    run(async {
        let task = create_task(async { Ok(1) });
        let same = ensure_future(task.clone());
        assert_eq!(same.as_task(), Some(&task));
        // Through another `FutureLike`, and as often as one likes.
        let again = ensure_future(ensure_future(same));
        assert_eq!(again.as_task(), Some(&task));
        assert_eq!(again.await?, 1);

        let future: Future<u32> = get_running_loop()?.create_future();
        let same = ensure_future(future.clone());
        assert!(same.as_task().is_none());
        assert!(matches!(&same, FutureLike::Future(own) if *own == future));
        future.set_result(2)?;
        assert_eq!(same.await?, 2);
        Ok(())
    });
}

#[test]
fn a_coroutine_becomes_a_task_that_has_not_started() {
    run(async {
        let log = Log::default();
        let noted = log.clone();
        let started = ensure_future(async move {
            noted.add("started");
            Ok(3)
        });
        let task = started.as_task().unwrap().clone();
        assert!(log.take().is_empty());
        pass(1).await?;
        assert_eq!(log.take(), ["started"]);
        assert!(task.done());
        assert_eq!(started.result()?, 3);
        assert_eq!(started.await?, 3);
        Ok(())
    });
}

#[test]
fn a_future_of_another_library_becomes_a_task_too() {
    run(async {
        let ready = ensure_future(std::future::ready(Ok(5)));
        assert!(ready.as_task().is_some());
        let boxed: std::pin::Pin<Box<dyn std::future::Future<Output = Result<u32>>>> =
            Box::pin(async { Ok(6) });
        let boxed = ensure_future(boxed);
        assert_eq!(ready.await? + boxed.await?, 11);
        Ok(())
    });
}

#[test]
fn what_a_future_like_says_of_itself() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future::<u32>();
        let (as_future, as_task) = (
            ensure_future(future.clone()),
            ensure_future({
                let future = future.clone();
                async move { (&future).await }
            }),
        );
        for like in [&as_future, &as_task] {
            assert!(!like.done() && !like.cancelled());
            assert!(like.result().unwrap_err().is::<InvalidStateError>());
            assert!(like.exception().unwrap_err().is::<InvalidStateError>());
        }
        pass(1).await?;
        future.set_exception(value_error("x"))?;
        pass(1).await?;
        for like in [&as_future, &as_task] {
            assert!(like.done() && !like.cancelled() && !like.cancel());
            assert_eq!(text(&like.exception()?.unwrap()), "ValueError: x");
            assert_eq!(text(&like.clone().await.unwrap_err()), "ValueError: x");
        }
        assert!(format!("{as_task:?}").starts_with("<Task finished"));
        assert!(format!("{as_future:?}").starts_with("<Future finished"));

        let cancelled = ensure_future(event_loop.create_future::<()>());
        assert!(cancelled.cancel());
        assert!(cancelled.cancelled());
        Ok(())
    });
}

#[test]
fn run_until_complete_takes_all_of_them() {
    let event_loop = new_event_loop().unwrap();
    assert_eq!(event_loop.run_until_complete(async { Ok(1) }).unwrap(), 1);
    let task = event_loop.create_task(async { Ok(2) });
    assert_eq!(event_loop.run_until_complete(task).unwrap(), 2);
    let future = event_loop.create_future();
    event_loop.call_soon({
        let future = future.clone();
        move || future.set_result(3)
    });
    let like = FutureLike::Future(future.clone());
    assert_eq!(event_loop.run_until_complete(like).unwrap(), 3);
    let moved = event_loop.run_until_complete(future).unwrap_err();
    assert!(moved.is::<InvalidStateError>());
    event_loop.close().unwrap();
}

#[test]
fn run_until_complete_refuses_what_belongs_to_another_loop() {
    let (event_loop, other) = (new_event_loop().unwrap(), new_event_loop().unwrap());
    let refused = |refused: Result<()>| {
        let error = refused.unwrap_err();
        assert!(error.is::<ValueError>(), "{error:?}");
        assert_eq!(
            error.to_string(),
            "The future belongs to a different loop than the one specified as the loop argument"
        );
    };
    refused(event_loop.run_until_complete(other.create_future()));
    let task = other.create_task(async { Ok(()) });
    refused(event_loop.run_until_complete(task.clone()));
    other.run_until_complete(task).unwrap();
    event_loop.close().unwrap();
    other.close().unwrap();
}

#[test]
fn without_a_running_loop_it_panics() {
    let started = catch_unwind(|| ensure_future(async { Ok(()) }));
    assert!(started.is_err());
    let closed: EventLoop = new_event_loop().unwrap();
    closed.close().unwrap();
    let coroutine = closed.run_until_complete(async { Ok(()) });
    assert_eq!(coroutine.unwrap_err().to_string(), "Event loop is closed");
}
