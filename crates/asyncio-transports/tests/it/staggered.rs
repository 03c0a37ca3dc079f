//! `staggered_race`.

use std::future::{Future as StdFuture, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use asyncio_reactor::VirtualClock;
use asyncio_transports::{
    Error, EventLoop, ExceptionContext, ExceptionGroup, KeyboardInterrupt, LoopTasks, Result,
    ValueError, all_tasks, create_task, current_task, eager_task_factory, get_running_loop, sleep,
    staggered_race, timeout,
};

use crate::support::{Log, run_on};

type Attempt = Box<dyn FnOnce() -> Coroutine>;
type Coroutine = Pin<Box<dyn StdFuture<Output = Result<&'static str>>>>;

fn run<T: 'static>(main: impl StdFuture<Output = Result<T>> + 'static) -> T {
    run_on(&virtual_loop(), main)
}

fn virtual_loop() -> EventLoop {
    let builder = EventLoop::builder().clock(VirtualClock::new(1000.0));
    builder.build().unwrap()
}

fn attempt<C: StdFuture<Output = Result<&'static str>> + 'static>(
    coro_fn: impl FnOnce() -> C + 'static,
) -> Attempt {
    Box::new(|| Box::pin(coro_fn()))
}

/// Logs its start and its cancellation.
fn sleeper(name: &'static str, takes: f64, log: &Log) -> Attempt {
    let log = log.clone();
    attempt(async move || {
        log.add(format!("start {name}"));
        let slept = sleep(takes).await;
        slept.inspect_err(|_| log.add(format!("cancel {name}")))?;
        Ok(name)
    })
}

fn failing(text: &'static str) -> Attempt {
    attempt(async move || Err(ValueError::with_message(text).into()))
}

fn names(failures: &[Option<Error>]) -> Vec<&'static str> {
    let name = |failure: &Option<Error>| failure.as_ref().map_or("none", Error::type_name);
    failures.iter().map(name).collect()
}

#[test]
fn comb_26_the_first_success_wins() {
    run(async {
        let log = Log::default();
        let attempts = [
            sleeper("slow", 9.0, &log),
            failing("no"),
            sleeper("quick", 1.0, &log),
            sleeper("never", 0.0, &log),
        ];
        let (winner, index, failures) = staggered_race(attempts, 5.0).await?;
        assert_eq!((winner, index), (Some("quick"), Some(2)));
        assert_eq!(names(&failures), ["CancelledError", "ValueError", "none"]);
        assert_eq!(log.take(), ["start slow", "start quick", "cancel slow"]);

        let (winner, index, failures) = staggered_race([failing("a"), failing("b")], None).await?;
        assert_eq!((winner, index), (None, None));
        assert_eq!(names(&failures), ["ValueError", "ValueError"]);
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}

#[test]
fn comb_26_a_second_success_comes_too_late() {
    run(async {
        let stubborn = attempt(async || {
            assert!(sleep(9.0).await.is_err());
            Ok("stubborn")
        });
        let attempts = [stubborn, attempt(async || Ok("first"))];
        let (winner, index, failures) = staggered_race(attempts, 1.0).await?;
        assert_eq!((winner, index), (Some("first"), Some(1)));
        assert_eq!(names(&failures), ["CancelledError", "none"]);
        Ok(())
    });
}

#[test]
fn comb_26_cancelling_waits_for_the_attempts() {
    run(async {
        let log = Log::default();
        let attempts = [sleeper("a", 9.0, &log), sleeper("b", 9.0, &log)];
        let outcome = timeout(1.5, async |_| staggered_race(attempts, 1.0).await);
        assert_eq!(outcome.await.unwrap_err().type_name(), "TimeoutError");
        assert_eq!(log.take(), ["start a", "start b", "cancel a", "cancel b"]);
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}

#[test]
fn dropped_midway_the_attempts_are_cancelled() {
    run(async {
        let log = Log::default();
        let mut race = Box::pin(staggered_race([sleeper("a", 9.0, &log)], None));
        let polled = poll_fn(|cx| Poll::Ready(race.as_mut().poll(cx).is_pending()));
        assert!(polled.await);
        log.until("start a").await?;
        drop(race);
        log.until("cancel a").await?;
        sleep(0.0).await?;
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}

#[test]
fn panics_are_failures() {
    fn at_the_call() -> Coroutine {
        panic!("at the call")
    }
    run(async {
        let attempts = [
            Box::new(at_the_call) as Attempt,
            attempt(async || panic!("in the coroutine")),
            attempt(async || Ok("calm")),
        ];
        let (winner, _, failures) = staggered_race(attempts, None).await?;
        assert_eq!(winner, Some("calm"));
        assert_eq!(names(&failures), ["PanicError", "PanicError", "none"]);
        Ok(())
    });
}

#[test]
fn what_is_no_failure_of_an_attempt_is_raised() {
    run(async {
        let log = Log::default();
        let first = sleeper("a", 1.0, &log);
        let broken = std::iter::once(first).chain(std::iter::from_fn(|| panic!("no more")));
        let error = staggered_race(broken, 0.1).await.unwrap_err();
        let group = error.downcast_ref::<ExceptionGroup>().unwrap();
        assert_eq!(group.to_string(), "staggered race failed (1 sub-exception)");
        assert_eq!(group.exceptions()[0].type_name(), "PanicError");
        assert_eq!(log.take(), ["start a"]);

        let attempts = [sleeper("a", 1.0, &log), sleeper("b", 1.0, &log)];
        let error = staggered_race(attempts, f64::NAN).await.unwrap_err();
        let group = error.downcast_ref::<ExceptionGroup>().unwrap();
        assert_eq!(group.exceptions()[0].type_name(), "ValueError");
        assert_eq!(log.take(), ["start a"]);
        Ok(())
    });
}

#[test]
fn an_interrupt_ends_the_race_and_comes_out_bare() {
    let log = Log::default();
    let attempts = [
        sleeper("a", 9.0, &log),
        attempt(async || Err(KeyboardInterrupt::with_message("stop").into())),
        sleeper("c", 9.0, &log),
    ];
    let event_loop = virtual_loop();
    let race = event_loop.create_task(staggered_race(attempts, 1.0));
    let left = event_loop.run_until_complete(race.clone()).unwrap_err();
    assert!(left.is::<KeyboardInterrupt>() && !race.done());
    let raised = event_loop.run_until_complete(race).unwrap_err();
    assert!(raised.same(&left));
    assert_eq!(log.take(), ["start a", "cancel a"]);
    assert!(event_loop.all_tasks().is_empty());
    event_loop.close().unwrap();
}

#[test]
fn an_attempt_that_hangs_in_a_foreign_future_lets_the_next_go_when_it_is_cancelled() {
    run(async {
        let hanging = attempt(async || {
            let task = current_task()?.unwrap();
            let _canceller = create_task(async move { Ok(task.cancel()) });
            pending().await
        });
        let attempts = [hanging, attempt(async || Ok("next"))];
        let (winner, index, failures) = staggered_race(attempts, None).await?;
        assert_eq!((winner, index), (Some("next"), Some(1)));
        assert_eq!(names(&failures), ["CancelledError", "none"]);
        Ok(())
    });
}

#[test]
fn closing_the_loop_frees_everything() {
    let held = Rc::new(());
    let event_loop = virtual_loop();
    event_loop.set_exception_handler(|_: &EventLoop, _: &ExceptionContext| ());
    let attempts = [held.clone(), held.clone()].map(|held| {
        async move || {
            sleep(9.0).await?;
            Ok(held)
        }
    });
    let race = event_loop.create_task(staggered_race(attempts, 1.0));
    event_loop.run_until_complete(sleep(2.0)).unwrap();
    event_loop.close().unwrap();
    drop((race, event_loop));
    assert_eq!(Rc::strong_count(&held), 1);
}

/// TASK-28: eager runners wait until they are listed, so that the winner finds those to cancel.
#[test]
fn comb_26_eager_runners() {
    run(async {
        get_running_loop()?.set_task_factory(eager_task_factory);
        let log = Log::default();
        let at_once = || attempt(async || Ok("at once"));
        let (winner, index, _) = staggered_race([at_once(), failing("no")], None).await?;
        assert_eq!((winner, index), (Some("at once"), Some(0)));
        let attempts = [
            sleeper("slow", 9.0, &log),
            failing("no"),
            sleeper("quick", 1.0, &log),
        ];
        let (winner, index, failures) = staggered_race(attempts, 0.5).await?;
        assert_eq!((winner, index), (Some("quick"), Some(2)));
        assert_eq!(names(&failures), ["CancelledError", "ValueError", "none"]);
        assert_eq!(log.take(), ["start slow", "start quick", "cancel slow"]);
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}
