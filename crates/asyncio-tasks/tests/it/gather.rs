//! `gather`, and what it takes.

use std::rc::Rc;

use asyncio_tasks::{
    Future, InvalidStateError, LoopTasks, Result, Task, ValueError, create_task, gather,
    get_running_loop, shield, sleep, wait, wait_for,
};

use crate::support::{Log, panicking, pass, run, run_reported, sleeper, text, value_error};

async fn work(name: &'static str, delay: f64, log: &Log) -> Result<&'static str> {
    log.add(format!("start {name}"));
    sleep(delay).await?;
    log.add(format!("end {name}"));
    Ok(name)
}

async fn fail(delay: f64, text: &'static str) -> Result<&'static str> {
    sleep(delay).await?;
    Err(value_error(text))
}

fn worker(name: &'static str, delay: f64, log: &Log) -> impl Future0<&'static str> {
    let log = log.clone();
    async move { work(name, delay, &log).await }
}

trait Future0<T>: std::future::Future<Output = Result<T>> + 'static {}
impl<T, F: std::future::Future<Output = Result<T>> + 'static> Future0<T> for F {}

#[test]
fn comb_17_order_of_the_arguments() {
    run(async {
        let log = Log::default();
        let all = gather((
            worker("a", 3.0, &log),
            worker("b", 1.0, &log),
            worker("c", 2.0, &log),
        ));
        assert!(log.take().is_empty());
        assert_eq!(all.await?, ("a", "b", "c"));
        assert_eq!(
            log.take(),
            ["start a", "start b", "start c", "end b", "end c", "end a"]
        );
        Ok(())
    });
}

#[test]
fn takes_tuples_of_any_length_and_iterables() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        future.set_result('f')?;
        let task = create_task(async { Ok(String::from("t")) });
        let (number, text, letter, nested) = gather((
            async { Ok(1) },
            task,
            future,
            gather([2.5, 3.5].map(|value| async move { Ok(value) })),
        ))
        .await?;
        assert_eq!(
            (number, &*text, letter, nested),
            (1, "t", 'f', vec![2.5, 3.5])
        );

        let one = || async { Ok(1) };
        let twelve = gather((
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
            one(),
        ));
        assert_eq!(twelve.await?.11, 1);
        gather(()).await?;
        let nothing: [Task<()>; 0] = [];
        let nothing = gather(nothing).future();
        assert!(nothing.done());
        assert!(nothing.await?.is_empty());

        let consumers: Vec<Task<()>> = (0..2).map(|_| create_task(async { Ok(()) })).collect();
        gather(&consumers).await?;
        gather(consumers).await?;
        let mixed: Vec<Result<u32>> = gather([async { Ok(1) }]).return_exceptions().await?;
        assert_eq!(mixed.len(), 1);
        Ok(())
    });
}

#[test]
fn comb_17_duplicates() {
    run(async {
        let log = Log::default();
        let one = create_task(worker("one", 0.0, &log));
        let two = create_task(worker("two", 0.0, &log));
        assert_eq!(gather([&one, &two, &one]).await?, ["one", "two", "one"]);
        assert_eq!(log.take().len(), 4);
        assert_eq!(one.result()?, "one");

        // by value the result is moved, which is possible only once
        let twice = gather([one.clone(), one.clone()]).await.unwrap_err();
        assert!(twice.is::<InvalidStateError>());
        let twice = gather([two.clone(), two]).return_exceptions().await?;
        assert_eq!(*twice[0].as_ref().unwrap(), "two");
        assert!(twice[1].as_ref().unwrap_err().is::<InvalidStateError>());
        Ok(())
    });
}

#[test]
fn comb_17_the_first_error_leaves_the_others_running() {
    run(async {
        let log = Log::default();
        let outcome = gather((
            worker("a", 1.0, &log),
            fail(1.0, "first"),
            worker("c", 2.0, &log),
            fail(2.0, "late"),
        ));
        assert_eq!(text(&outcome.await.unwrap_err()), "ValueError: first");
        sleep(5.0).await?;
        assert_eq!(log.take(), ["start a", "start c", "end a", "end c"]);
        Ok(())
    });
}

#[test]
fn comb_18_cancel_with_the_first_error_as_the_end() {
    run(async {
        let log = Log::default();
        let (slow, quick) = (sleeper("slow", 9, &log), sleeper("quick", 0, &log));
        let outer = gather((slow.clone(), quick.clone())).future();
        sleep(0).await?;
        assert!(outer.cancel_with("stop"));
        assert!(!outer.done());
        log.add(text(&outer.clone().await.unwrap_err()));
        wait([slow, quick]).await?;
        assert_eq!(
            log.take(),
            [
                "slow got CancelledError: stop",
                "quick got CancelledError: stop",
                "quick ends",
                "CancelledError: stop",
                "slow ends"
            ]
        );
        assert!(!outer.cancelled());
        Ok(())
    });
}

#[test]
fn comb_18_cancel_with_exceptions_as_results() {
    run(async {
        let log = Log::default();
        let children = [sleeper("slow", 9, &log), sleeper("quick", 0, &log)];
        let gathering = create_task(async move { gather(children).return_exceptions().await });
        pass(2).await?;
        // through the task that awaits it
        assert!(gathering.cancel_with("stop"));
        log.add(text(&(&gathering).await.unwrap_err()));
        assert!(gathering.cancelled());
        assert_eq!(
            log.take(),
            [
                "slow got CancelledError: stop",
                "quick got CancelledError: stop",
                "quick ends",
                "slow ends",
                "CancelledError: stop"
            ]
        );
        Ok(())
    });
}

#[test]
fn comb_18_nothing_left_to_cancel() {
    run(async {
        let children = [1, 2].map(|n| create_task(async move { Ok(n) }));
        let outer = gather(children.clone()).future();
        sleep(0).await?;
        assert!(children.iter().all(Task::done));
        assert!(!outer.done());
        assert!(!outer.cancel());
        assert_eq!(outer.clone().await?, [1, 2]);
        assert!(!outer.cancel());
        Ok(())
    });
}

#[test]
fn comb_19_a_cancelled_child_is_an_error() {
    run(async {
        let event_loop = get_running_loop()?;
        let gate: Future<()> = event_loop.create_future();
        let work = |name: &'static str| {
            let gate = gate.clone();
            create_task(async move {
                shield(&gate).await?;
                Ok(name)
            })
        };
        let (first, second) = (work("a"), work("b"));
        let outer = gather((&first, &second)).future();
        sleep(0).await?;
        first.cancel_with("why");
        assert_eq!(
            text(&outer.clone().await.unwrap_err()),
            "CancelledError: why"
        );
        assert!(!outer.cancelled() && !second.done());

        let plain: Future<&str> = event_loop.create_future();
        let outer = gather([work("c"), work("d")]).return_exceptions();
        let third = work("e");
        third.cancel_with("why");
        plain.cancel_with("kept");
        let with_futures = gather((&third, plain)).return_exceptions();
        gate.set_result(())?;
        assert_eq!(
            outer.await?.into_iter().collect::<Result<Vec<_>>>()?,
            ["c", "d"]
        );
        let (third, plain) = with_futures.await?;
        assert_eq!(text(&third.unwrap_err()), "CancelledError");
        assert_eq!(text(&plain.unwrap_err()), "CancelledError: kept");
        second.await?;
        Ok(())
    });
}

#[test]
fn comb_20_cancelled_though_the_children_swallow_it() {
    async fn stubborn() -> Result<()> {
        assert!(sleep(3600.0).await.is_err());
        Ok(())
    }
    run(async {
        let outer = gather((stubborn(), stubborn())).future();
        sleep(0).await?;
        outer.cancel_with("stop");
        assert_eq!(text(&outer.clone().await.unwrap_err()), "CancelledError");
        assert!(!outer.cancelled());
        let outer = gather([stubborn(), stubborn()])
            .return_exceptions()
            .future();
        sleep(0).await?;
        outer.cancel_with("stop");
        assert_eq!(text(&outer.clone().await.unwrap_err()), "CancelledError");
        Ok(())
    });
}

#[test]
fn comb_21_after_the_end() {
    run(async {
        let sibling = create_task(async { sleep(3.0).await.map(|()| "finished") });
        let outer = gather((fail(0.0, "first"), fail(1.0, "second"), &sibling)).future();
        assert_eq!(text(&outer.clone().await.unwrap_err()), "ValueError: first");
        assert!(!outer.cancel());
        assert_eq!(sibling.cancelling(), 0);
        // whether or not the future is there, late errors are silent: `run` checks the reports
        drop(outer);
        assert_eq!(sibling.await?, "finished");
        Ok(())
    });
}

#[test]
fn comb_22_children_that_are_done() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = |value: u32| {
            let future = event_loop.create_future();
            future.set_result(value).unwrap();
            future
        };
        let outer = gather([future(1), future(2)]).future();
        assert!(outer.done());
        assert_eq!(outer.result()?, [1, 2]);

        let failed: Future<u32> = event_loop.create_future();
        failed.set_exception(value_error("broken"))?;
        let outer = gather((future(1), failed)).future();
        assert_eq!(text(&outer.exception()?.unwrap()), "ValueError: broken");

        let pending = event_loop.create_future();
        let outer = gather((future(1), pending.clone())).future();
        pending.set_result(3)?;
        assert!(!outer.done());
        assert_eq!(outer.await?, (1, 3));
        Ok(())
    });
}

#[test]
fn nested_in_other_combinators() {
    run(async {
        let log = Log::default();
        let both = || gather((sleeper("a", 0, &log), sleeper("b", 0, &log)));
        let late = wait_for(both(), 1.0).await.unwrap_err();
        assert_eq!(text(&late), "TimeoutError");
        assert_eq!(log.take().len(), 4);

        let shielded = shield(both());
        let late = wait_for(shielded, 1.0).await.unwrap_err();
        assert_eq!(text(&late), "TimeoutError");
        assert!(log.take().is_empty());

        let outer = gather((both(), both())).future();
        pass(2).await?;
        outer.cancel_with("all");
        assert_eq!(text(&outer.await.unwrap_err()), "CancelledError: all");
        pass(9).await?;
        assert_eq!(log.take().len(), 8);
        for task in asyncio_tasks::all_tasks()? {
            if Some(&task) != asyncio_tasks::current_task()?.as_ref() {
                task.cancel();
            }
        }
        pass(9).await
    });
}

#[test]
fn dropped_the_children_go_on_and_report_for_themselves() {
    let (outcome, reports) = run_reported(async {
        let log = Log::default();
        drop(gather((worker("a", 1.0, &log), fail(1.0, "nobody sees"))).future());
        drop(gather([worker("b", 1.0, &log)]));
        sleep(2.0).await?;
        assert_eq!(log.take(), ["start a", "start b", "end a", "end b"]);
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Task exception was never retrieved: ValueError: nobody sees"]
    );

    let (outcome, reports) = run_reported(async {
        let outer = gather([fail(1.0, "nobody sees")]).future();
        sleep(2.0).await?;
        drop(outer);
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Future exception was never retrieved: ValueError: nobody sees"]
    );
}

#[test]
fn a_child_that_never_ends_is_freed_with_its_handles() {
    let token = Rc::new(());
    let weak = Rc::downgrade(&token);
    run(async move {
        let event_loop = get_running_loop()?;
        let never: Future<()> = event_loop.create_future();
        never.add_done_callback(move |_| drop(token.clone()));
        let outer = gather((never.clone(), never)).future();
        assert!(!outer.done());
        drop(outer);
        assert!(weak.upgrade().is_none());
        Ok(())
    });
}

#[test]
fn dropped_gatherings_leave_no_callbacks() {
    run(async {
        let event_loop = get_running_loop()?;
        let future: Future<u32> = event_loop.create_future();
        for _ in 0..3 {
            drop(gather([&future]).future());
        }
        let marks = Log::default();
        future.add_done_callback({
            let marks = marks.clone();
            move |_| marks.add("mine")
        });
        let outer = gather([&future]).future();
        future.set_result(1)?;
        sleep(0).await?;
        assert_eq!(marks.take(), ["mine"]);
        assert_eq!(outer.await?, [1]);
        Ok(())
    });
}

#[test]
fn panics() {
    struct Brittle;
    impl Clone for Brittle {
        fn clone(&self) -> Self {
            panic!("brittle")
        }
    }
    run(async {
        let error = gather([panicking::<()>("child")]).await.unwrap_err();
        assert_eq!(text(&error), "PanicError: panicked: child");
        let brittle = create_task(async { Ok(Brittle) });
        let error = gather([&brittle]).await.err().unwrap();
        assert_eq!(text(&error), "PanicError: panicked: brittle");
        Ok(())
    });
}

#[test]
fn a_future_of_another_loop() {
    run(async {
        let other = asyncio_tasks::new_event_loop()?;
        let foreign: Future<()> = other.create_future();
        let error = gather([foreign]).await.unwrap_err();
        assert!(error.is::<ValueError>(), "{error:?}");
        other.close()?;
        Ok(())
    });
}

/// TASK-20, for the tasks that `gather` makes: the program has no handle that it could have awaited.
#[test]
fn task_20_own_children_are_not_reported_when_the_loop_closes() {
    let event_loop = asyncio_tasks::new_event_loop().unwrap();
    let log = Log::default();
    event_loop.set_exception_handler({
        let log = log.clone();
        move |_, report| log.add(report.message().to_owned())
    });
    let pending = event_loop.run_until_complete(async {
        let given = create_task(sleep(3600.0));
        let gathering = gather((sleep(3600.0), given)).future();
        sleep(0).await?;
        Ok(gathering)
    });
    event_loop.close().unwrap();
    drop(pending);
    assert_eq!(log.take(), ["Task was destroyed but it is pending!"]);
}
