//! What the report of a deadlock in virtual time says of tasks.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use asyncio_tasks::{
    DeadlockError, Future, LoopTasks, Runner, Suspension, TaskBuilder, create_task,
    get_running_loop, sleep, timeout,
};

use crate::support::{run, run_reported, virtual_runner};

#[test]
fn every_task_is_listed_with_what_it_waits_for() {
    let (outcome, reports) = run_reported(async {
        let named = |name: &str| TaskBuilder::new().name(name);
        let future: Future<()> = get_running_loop()?.create_future();
        let waiting = named("on a future").create(future);
        let joining = named("on a task").create(waiting);
        named("on a primitive").create(std::future::poll_fn(|_| {
            Suspension::new().suspend();
            std::task::Poll::Pending::<asyncio_tasks::Result<()>>
        }));
        named("on something else").create(pending::<asyncio_tasks::Result<()>>());
        joining.await
    });
    let error = outcome.unwrap_err();
    assert!(error.is::<DeadlockError>());
    let report = error.to_string();
    let lines: Vec<_> = report.lines().map(without_places).collect();
    assert_eq!(
        lines[0],
        "nothing is left that could wake the loop; the 5 unfinished tasks:"
    );
    assert_eq!(lines[2], "    waits for <Task pending name=\"on a task\">");
    assert_eq!(
        lines[3..],
        [
            "  <Task pending name=\"on a future\">",
            "    waits for <Future pending>",
            "  <Task pending name=\"on a task\">",
            "    waits for <Task pending name=\"on a future\">",
            "  <Task pending name=\"on a primitive\">",
            "    waits for <a lock, an event, a queue or the like>",
            "  <Task pending name=\"on something else\">",
            "    waits for <a future that asyncio does not know>",
        ]
    );
    assert!(report.contains(&format!("created at {}:", file!())));
    // The loop was closed.
    assert_eq!(reports.len(), 4);
}

/// Without coroutines and places in the source, which change with every edit.
fn without_places(line: &str) -> String {
    let end = [" coro=", " at crates/"]
        .into_iter()
        .find_map(|mark| line.find(mark));
    match end {
        Some(end) if line.starts_with("  <") => format!("{}>", &line[..end]),
        Some(end) => line[..end].to_owned(),
        None => line.to_owned(),
    }
}

#[test]
fn a_runner_ends_the_tasks_of_a_deadlock() {
    let runner = virtual_runner();
    let cleaned = Rc::new(Cell::new(false));
    let outcome = runner.run({
        let cleaned = cleaned.clone();
        async move {
            let never: Future<()> = get_running_loop()?.create_future();
            let outcome = never.await;
            // Cleaning up takes time, which goes on.
            sleep(60.0).await?;
            cleaned.set(true);
            outcome
        }
    });
    assert!(outcome.unwrap_err().is::<DeadlockError>());
    let event_loop = runner.get_loop().unwrap();
    runner.close().unwrap();
    assert!(cleaned.get());
    assert_eq!(event_loop.time(), 60.0);
}

#[test]
fn a_deadlock_that_cancelling_does_not_end_is_one_again() {
    let runner = virtual_runner();
    let outcome = runner.run(async {
        let never: Future<()> = get_running_loop()?.create_future();
        let _swallowed = never.await;
        let never: Future<()> = get_running_loop()?.create_future();
        never.await
    });
    assert!(outcome.unwrap_err().is::<DeadlockError>());
    assert!(runner.close().unwrap_err().is::<DeadlockError>());
}

#[test]
fn tasks_that_wait_for_each_other_are_a_deadlock() {
    let (outcome, _) = run_reported(async {
        let slot = Rc::new(Cell::new(None));
        let first = create_task({
            let slot = slot.clone();
            async move {
                sleep(1.0).await?;
                let second: asyncio_tasks::Task<()> = slot.take().unwrap();
                second.await
            }
        });
        slot.set(Some(create_task(first.clone())));
        first.await
    });
    assert!(outcome.unwrap_err().is::<DeadlockError>());
}

#[test]
fn who_has_a_deadline_is_not_in_a_deadlock() {
    run(async {
        let never: Future<()> = get_running_loop()?.create_future();
        let outcome = timeout(3600.0, async |_| never.await).await;
        assert!(outcome.unwrap_err().is::<asyncio_tasks::TimeoutError>());
        Ok(())
    });
}

#[test]
fn a_plain_future_can_be_a_deadlock_too() {
    let runner: Runner = virtual_runner();
    let event_loop = runner.get_loop().unwrap();
    let never: Future<()> = event_loop.create_future();
    let error = event_loop.run_until_complete(never.clone()).unwrap_err();
    assert!(error.is::<DeadlockError>());
    never.set_result(()).unwrap();
    event_loop.run_until_complete(never).unwrap();
}
