//! `wait_for`.

use std::rc::Rc;

use asyncio_tasks::{
    ContextVar, LoopTasks, RuntimeError, TimeoutError, all_tasks, create_task, current_task,
    get_running_loop, sleep, wait_for,
};

use crate::support::{Log, chain, panicking, pass, run, text, value_error};

#[test]
fn comb_04_wait_for_runs_inline() {
    static VAR: ContextVar<u32> = ContextVar::new("VAR");
    run(async {
        let me = current_task()?.unwrap();
        let inner = async {
            assert_eq!(current_task()?.unwrap(), me);
            assert_eq!(all_tasks()?.len(), 1);
            VAR.set(5);
            Ok(5)
        };
        assert_eq!(wait_for(inner, 1.0).await?, 5);
        assert_eq!(VAR.get(), Some(5));
        Ok(())
    });
}

#[test]
fn comb_05_no_time_at_all() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let done = event_loop.create_future();
        done.set_result(3)?;
        event_loop.call_soon({
            let log = log.clone();
            move || log.add("suspended")
        });
        assert_eq!(wait_for(&done, 0).await?, 3);
        assert_eq!(wait_for(done, -1).await?, 3);
        assert!(log.take().is_empty());

        for timeout in [0.0, -1.0] {
            let outcome = wait_for(panicking::<()>("started"), timeout);
            let error = outcome.await.unwrap_err();
            assert_eq!(chain(&error), "TimeoutError <- CancelledError");
        }
        assert_eq!(log.take(), ["suspended"]);

        let pending = event_loop.create_future::<()>();
        let error = wait_for(pending.clone(), 0).await.unwrap_err();
        assert_eq!(chain(&error), "TimeoutError <- CancelledError");
        assert!(pending.cancelled());

        let failed = event_loop.create_future::<()>();
        failed.set_exception(value_error("seen"))?;
        assert_eq!(
            text(&wait_for(failed, 0).await.unwrap_err()),
            "ValueError: seen"
        );
        Ok(())
    });
}

#[test]
fn comb_05_every_kind_of_handle_is_known() {
    run(async {
        for by_reference in [true, false] {
            let task = create_task(async {
                let _ = sleep(3600.0).await;
                sleep(1.0).await?;
                Ok("cleaned up")
            });
            pass(2).await?;
            let start = get_running_loop()?.time();
            let value = match by_reference {
                true => wait_for(&task, 0).await?,
                false => wait_for(asyncio_tasks::ensure_future(task.clone()), 0).await?,
            };
            assert_eq!(value, "cleaned up");
            assert_eq!(get_running_loop()?.time() - start, 1.0);
            assert_eq!(task.cancelling(), 1);
        }
        Ok(())
    });
}

#[test]
fn comb_05_the_wait_itself_can_be_cancelled() {
    run(async {
        let slow = create_task(async {
            let cancelled = sleep(3600.0).await;
            sleep(10.0).await?;
            cancelled
        });
        pass(2).await?;
        let waiter = create_task(wait_for(slow.clone(), 0));
        sleep(1.0).await?;
        waiter.cancel_with("enough");
        assert_eq!(
            text(&(&waiter).await.unwrap_err()),
            "CancelledError: enough"
        );
        assert!(!slow.done());
        assert_eq!(slow.cancelling(), 1);
        assert!(slow.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn awaiting_itself_without_time_is_refused() {
    run(async {
        let task = Rc::new(std::cell::RefCell::new(None::<asyncio_tasks::Task<()>>));
        let inside = task.clone();
        let created = create_task(async move {
            let me = inside.take().unwrap();
            wait_for(me, 0).await
        });
        task.replace(Some(created.clone()));
        assert!(created.await.unwrap_err().is::<RuntimeError>());
        Ok(())
    });
}

#[test]
fn comb_06_what_the_callee_makes_of_it() {
    run(async {
        let stubborn = async {
            let _ = sleep(3600.0).await;
            Ok("swallowed")
        };
        assert_eq!(wait_for(stubborn, 1.0).await?, "swallowed");
        let failing = async {
            match sleep(3600.0).await {
                Err(_) => Err(value_error("cleanup failed")),
                Ok(()) => Ok(()),
            }
        };
        let error = wait_for(failing, 1.0).await.unwrap_err();
        assert_eq!(text(&error), "ValueError: cleanup failed");
        assert_eq!(current_task()?.unwrap().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn comb_07_an_outer_cancel_goes_to_the_callee() {
    run(async {
        let child = create_task(sleep(3600.0));
        let waiter = create_task(wait_for(child.clone(), 10.0));
        pass(2).await?;
        waiter.cancel_with("outer");
        assert_eq!(text(&waiter.await.unwrap_err()), "CancelledError: outer");
        assert!(child.cancelled());

        let future = get_running_loop()?.create_future();
        let awaited = future.clone();
        let waiter = create_task(async move { wait_for(&awaited, 10.0).await });
        pass(2).await?;
        future.set_result(7)?;
        assert!(waiter.cancel_with("late"));
        assert_eq!(text(&waiter.await.unwrap_err()), "CancelledError: late");
        assert_eq!(future.result()?, 7);
        Ok(())
    });
}

#[test]
fn comb_08_ties_go_to_the_timer() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        event_loop.call_later(1.0, {
            let future = future.clone();
            move || future.set_result("value")
        });
        let error = wait_for(future.clone(), 1.0).await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        assert_eq!(future.result()?, "value");
        Ok(())
    });
}
