//! `wait`.

use std::pin::pin;

use asyncio_tasks::{
    ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, Future, LoopTasks, Result, ReturnWhen, Task,
    ValueError, create_task, ensure_future, get_running_loop, shield, sleep, wait,
};
use futures_util::future::poll_immediate;

use crate::support::{Log, pass, run, sleeper, text, value_error};

fn task(name: &'static str, delay: f64, outcome: Result<()>) -> Task<()> {
    Task::<()>::builder().name(name).create(async move {
        sleep(delay).await?;
        outcome
    })
}

fn names(tasks: &[Task<()>]) -> String {
    let names: Vec<_> = tasks.iter().map(Task::get_name).collect();
    names.join(" ")
}

#[test]
fn comb_16_modes() {
    let failed = || Err(value_error("b"));
    run(async move {
        let check = async |when: ReturnWhen, tasks: Vec<Task<()>>, done: &str, pending: &str| {
            let (is_done, is_pending) = wait(tasks.clone()).return_when(when).await?;
            assert_eq!((&*names(&is_done), &*names(&is_pending)), (done, pending));
            is_pending.iter().for_each(|task| assert!(task.cancel()));
            tasks.iter().for_each(|task| drop(task.exception()));
            pass(2).await
        };
        let all = vec![task("b", 2.0, failed()), task("a", 1.0, Ok(()))];
        check(ALL_COMPLETED, all, "b a", "").await?;
        let first = vec![task("a", 1.0, Ok(())), task("b", 9.0, Ok(()))];
        check(FIRST_COMPLETED, first, "a", "b").await?;
        let failing = vec![
            task("c", 9.0, Ok(())),
            task("b", 2.0, failed()),
            task("a", 1.0, Ok(())),
        ];
        check(FIRST_EXCEPTION, failing, "b a", "c").await?;
        let fine = vec![task("a", 1.0, Ok(())), task("b", 2.0, Ok(()))];
        check(FIRST_EXCEPTION, fine, "a b", "").await
    });
}

#[test]
fn comb_16_timeouts() {
    run(async {
        let tasks = [task("a", 1.0, Ok(())), task("b", 9.0, Ok(()))];
        let (done, pending) = wait(&tasks).timeout(0).await?;
        assert_eq!((done.len(), pending.len()), (0, 2));
        let (done, pending) = wait(&tasks).timeout(2.0).await?;
        assert_eq!((done, pending), (vec![&tasks[0]], vec![&tasks[1]]));
        let (done, _) = wait(tasks).timeout(None).await?;
        assert_eq!(done.len(), 2);
        Ok(())
    });
}

#[test]
fn comb_16_nothing_to_wait_for_and_nothing_left_to_wait_for() {
    run(async {
        let empty = wait([] as [Task<()>; 0]).await.unwrap_err();
        assert_eq!(text(&empty), "ValueError: Set of Tasks/Futures is empty.");
        let nan = wait([create_task(async { Ok(()) })])
            .timeout(f64::NAN)
            .await;
        assert!(nan.unwrap_err().is::<ValueError>());

        let event_loop = get_running_loop()?;
        let future: Future<u32> = event_loop.create_future();
        future.set_result(1)?;
        let log = Log::default();
        event_loop.call_soon({
            let log = log.clone();
            move || log.add("callback")
        });
        let (done, pending) = wait([future.clone(), future.clone()]).await?;
        assert_eq!((done.len(), pending.len()), (1, 0));
        assert_eq!(log.take(), ["callback"]);
        Ok(())
    });
}

#[test]
fn comb_16_first_exception_ignores_cancelled_futures() {
    run(async {
        let event_loop = get_running_loop()?;
        let [cancelled, failing, never] = [0; 3].map(|_| event_loop.create_future::<()>());
        let all = [cancelled.clone(), failing.clone(), never];
        let waiting = create_task(async move { wait(all).return_when(FIRST_EXCEPTION).await });
        sleep(0).await?;
        cancelled.cancel();
        pass(3).await?;
        assert!(!waiting.done());
        failing.set_exception(value_error("x"))?;
        let (done, pending) = waiting.await?;
        assert!(done == [cancelled, failing] && pending.len() == 1);

        let both = [0; 2].map(|_| event_loop.create_future::<()>());
        both[0].cancel();
        event_loop.call_soon({
            let last = both[1].clone();
            move || last.cancel()
        });
        assert_eq!(wait(both).return_when(FIRST_EXCEPTION).await?.0.len(), 2);
        Ok(())
    });
}

#[test]
fn comb_16_cancelled_it_leaves_the_tasks_alone() {
    run(async {
        let gate: Future<()> = get_running_loop()?.create_future();
        let children = [0; 2].map(|_| {
            let gate = gate.clone();
            create_task(async move { shield(&gate).await })
        });
        let waiting = create_task(wait(children.clone()));
        pass(2).await?;
        waiting.cancel_with("enough");
        assert_eq!(text(&waiting.await.unwrap_err()), "CancelledError: enough");
        assert!(!children[0].done() && !children[1].done());
        gate.set_result(())?;
        wait(children).await?;
        Ok(())
    });
}

#[test]
fn takes_every_kind_of_handle() {
    run(async {
        let log = Log::default();
        let text = sleeper("a", 0, &log);
        let number = create_task(async { Ok(1) });
        let (done, pending) = wait([text.as_any(), number.as_any()])
            .return_when(FIRST_COMPLETED)
            .await?;
        assert!(done[0] == number && pending[0] == text);
        let like = [ensure_future(number), ensure_future(async { Ok(2) })];
        assert_eq!(wait(&like).await?.0.len(), 2);
        text.cancel();
        pass(2).await
    });
}

#[test]
fn dropped_midway_nothing_is_left() {
    run(async {
        let event_loop = get_running_loop()?;
        let future: Future<()> = event_loop.create_future();
        for _ in 0..3 {
            let mut waiting = pin!(wait([&future]).timeout(1.0));
            assert!(poll_immediate(&mut waiting).await.is_none());
        }
        let start = event_loop.time();
        sleep(9.0).await?;
        future.set_result(())?;
        assert_eq!(event_loop.time() - start, 9.0);
        Ok(())
    });
}

#[test]
fn a_request_in_every_state() {
    for passes in 0..5 {
        run(async move {
            let child = create_task(async { pass(2).await });
            let waiting = create_task(wait([child.clone()]));
            pass(passes).await?;
            let was_done = waiting.done();
            assert_eq!(waiting.cancel(), !was_done);
            assert_eq!(waiting.cancelling(), usize::from(!was_done));
            assert_eq!(waiting.await.is_err(), !was_done);
            assert_eq!(child.cancelling(), 0);
            child.await
        });
    }
}
