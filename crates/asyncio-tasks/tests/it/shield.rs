//! `shield`.

use std::rc::Rc;

use asyncio_tasks::{
    Future, InvalidStateError, LoopTasks, create_task, get_running_loop, shield, sleep, wait,
    wait_for,
};

use crate::support::{Log, pass, run, run_reported, sleeper, text, value_error};

#[test]
fn comb_01_cancelling_the_awaiter() {
    run(async {
        let gate: Future<u32> = get_running_loop()?.create_future();
        let inner = create_task({
            let gate = gate.clone();
            async move { Ok(gate.await? * 2) }
        });
        let shielded = inner.clone();
        let caller = create_task(async move { shield(&shielded).await });
        pass(2).await?;
        assert!(caller.cancel_with("stop"));
        assert_eq!(text(&(&caller).await.unwrap_err()), "CancelledError: stop");
        assert!(caller.cancelled() && !inner.done());

        let outer = shield(&inner);
        assert!(outer.cancel());
        assert!(outer.cancelled());
        gate.set_result(7)?;
        assert_eq!(inner.await?, 14);
        Ok(())
    });
}

#[test]
fn comb_01_what_comes_from_inside() {
    run(async {
        let event_loop = get_running_loop()?;
        let inner: Future<u32> = event_loop.create_future();
        let outer = shield(&inner);
        inner.cancel_with("gone");
        assert!(!outer.done());
        assert_eq!(text(&outer.clone().await.unwrap_err()), "CancelledError");
        assert!(outer.cancelled());

        let inner: Future<u32> = event_loop.create_future();
        let outer = shield(inner.clone());
        inner.set_exception(value_error("broken"))?;
        assert_eq!(text(&outer.await.unwrap_err()), "ValueError: broken");

        let done: Future<u32> = event_loop.create_future();
        done.set_result(1)?;
        assert!(shield(done.clone()) == done);
        assert_eq!(shield(&done).await? + shield(&done).await?, 2);
        let pending: Future<u32> = event_loop.create_future();
        let outer = shield(&pending);
        assert!(outer != pending);
        pending.set_result(2)?;
        assert_eq!(outer.await?, 2);
        Ok(())
    });
}

#[test]
fn comb_02_late_errors() {
    let (outcome, reports) = run_reported(async {
        let event_loop = get_running_loop()?;
        for cancel in [true, false] {
            let inner: Future<()> = event_loop.create_future();
            let outer = shield(inner.clone());
            if cancel {
                outer.cancel();
            }
            drop(outer);
            pass(1).await?;
            inner.set_exception(value_error("late"))?;
            pass(1).await?;
        }
        let inner: Future<()> = event_loop.create_future();
        shield(&inner).cancel();
        pass(1).await?;
        inner.set_exception(value_error("seen"))?;
        assert!(inner.exception()?.is_some());
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Future exception was never retrieved: ValueError: late"; 2]
    );
}

#[test]
fn comb_03_the_inner_task_outlives_who_awaited_it() {
    run(async {
        let log = Log::default();
        let inner = sleeper("inner", 0, &log);
        let waiters = [0; 3].map(|_| {
            let inner = inner.clone();
            create_task(async move { shield(&inner).await })
        });
        pass(2).await?;
        waiters.iter().for_each(|waiter| assert!(waiter.cancel()));
        wait(&waiters).await?;
        assert!(waiters.iter().all(asyncio_tasks::Task::cancelled));
        assert_eq!(inner.await?, "inner");
        assert!(log.take().is_empty());
        Ok(())
    });
}

#[test]
fn by_reference_all_get_the_result_by_value_the_first() {
    run(async {
        let event_loop = get_running_loop()?;
        let gate: Future<u32> = event_loop.create_future();
        let (first, second) = (shield(&gate), shield(&gate));
        let (third, fourth) = (shield(gate.clone()), shield(gate.clone()));
        gate.set_result(1)?;
        assert_eq!((first.await?, second.await?, third.await?), (1, 1, 1));
        assert!(fourth.await.unwrap_err().is::<InvalidStateError>());
        assert_eq!(shield(async { Ok("coroutine") }).await?, "coroutine");
        Ok(())
    });
}

#[test]
fn what_is_cancelled_or_dropped_leaves_no_callback() {
    let token = Rc::new(());
    run({
        let token = token.clone();
        async move {
            let inner: Future<()> = get_running_loop()?.create_future();
            for _ in 0..3 {
                assert!(wait_for(shield(&inner), 1.0).await.is_err());
                drop(shield(&inner));
            }
            let outer = shield(&inner);
            outer.cancel();
            sleep(0).await?;
            // the future is not kept by its own callbacks either
            inner.add_done_callback(move |_| drop(token.clone()));
            Ok(())
        }
    });
    assert_eq!(Rc::strong_count(&token), 1);
}
