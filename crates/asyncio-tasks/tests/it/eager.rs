//! TASK-28, TASK-29, TASK-30, LOOP-26, TG-12: eager tasks and task factories, where they differ from Python's or
//! could break what Rust holds together.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;

use asyncio_tasks::{
    AnyTask, EventLoop, KeyboardInterrupt, LoopTasks, PanicError, Result, TaskBuilder, TaskSpec,
    create_eager_task_factory, create_task, current_task, eager_task_factory, gather,
    get_running_loop, new_event_loop, sleep, wait_for,
};

use crate::support::{Log, run, run_reported, text, value_error};

fn eager() -> TaskBuilder {
    TaskBuilder::new().eager_start(true)
}

fn current_name() -> String {
    current_task().unwrap().unwrap().get_name()
}

#[test]
fn task_28_a_panic_of_the_eager_step_is_the_tasks() {
    run(async {
        let me = current_name();
        let task = eager().create::<(), _>(async { panic!("at once") });
        assert_eq!(current_name(), me);
        assert!(task.exception()?.unwrap().is::<PanicError>());
        Ok(())
    });
}

#[test]
fn task_28_an_eager_error_that_nobody_sees_is_reported() {
    let (outcome, reports) = run_reported(async {
        drop(eager().create::<(), _>(async { Err(value_error("unseen")) }));
        Ok(())
    });
    outcome.unwrap();
    let report = "Task exception was never retrieved: ValueError: unseen";
    assert_eq!(reports, [report]);
}

/// What the outer task waits on is its own affair: the inner one's wait must not hide it from a cancel.
#[test]
fn task_28_the_outer_step_still_waits_on_its_future() {
    run(async {
        let future = get_running_loop()?.create_future::<()>();
        let outer = create_task({
            let future = future.clone();
            async move {
                let mut waiting = Box::pin(future);
                let mut inner = None;
                let waited = poll_fn(|cx| {
                    let polled = waiting.as_mut().poll(cx);
                    inner.get_or_insert_with(|| eager().create(sleep(1.0)));
                    polled
                })
                .await;
                inner.unwrap().await?;
                waited
            }
        });
        sleep(0.0).await?;
        outer.cancel();
        assert!(future.cancelled());
        assert!(outer.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

/// A task in a foreign future is cancelled by being dropped, also when an eager task was made in its step.
#[test]
fn task_28_an_outer_step_in_a_foreign_future_stays_foreign() {
    run(async {
        let outer = create_task::<(), _>(async {
            let mut inner = None;
            poll_fn(|_| {
                inner.get_or_insert_with(|| eager().create(sleep(1.0)));
                Poll::<()>::Pending
            })
            .await;
            Ok(())
        });
        sleep(0.0).await?;
        outer.cancel();
        sleep(2.0).await?;
        assert!(outer.cancelled());
        Ok(())
    });
}

#[test]
fn task_28_an_eager_task_that_outlives_its_loop_is_reported() {
    let (outcome, reports) = run_reported(async {
        let task = eager().create(sleep(1.0));
        assert!(!task.done());
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(reports, ["Task was destroyed but it is pending!: -"]);
}

#[test]
fn task_28_the_step_ends_with_the_loops_run_at_an_interrupt() {
    let log = Log::default();
    let (outcome, reports) = run_reported({
        let log = log.clone();
        async move {
            let task = eager().create::<(), _>(async { Err(KeyboardInterrupt::default().into()) });
            log.add(format!("goes on, done {}", task.done()));
            assert!(task.exception()?.unwrap().is::<KeyboardInterrupt>());
            sleep(0.0).await?;
            log.add("never");
            Ok(())
        }
    });
    assert!(outcome.unwrap_err().is::<KeyboardInterrupt>());
    assert_eq!(log.take(), ["goes on, done true"]);
    assert_eq!(reports, Vec::<String>::new());
}

/// CPython refuses this; nothing here depends on it.
#[test]
fn task_28_an_eager_task_may_share_its_creators_context() {
    run(async {
        let context = current_task()?.unwrap().get_context();
        let task = eager().context(&context).create(async { Ok(1) });
        assert_eq!(task.result()?, 1);
        assert!(task.get_context() == context);
        Ok(())
    });
}

#[test]
fn task_28_eager_tasks_nest() {
    fn nested(depth: u32) -> std::pin::Pin<Box<dyn Future<Output = Result<u32>>>> {
        Box::pin(async move {
            match depth {
                0 => Ok(0),
                _ => Ok(1 + eager().create(nested(depth - 1)).await?),
            }
        })
    }
    run(async {
        assert_eq!(nested(100).await?, 100);
        Ok(())
    });
}

#[test]
fn task_28_a_wait_for_of_no_time_starts_nothing() {
    run(async {
        get_running_loop()?.set_task_factory(eager_task_factory);
        let outcome = wait_for(async { Ok(1) }, 0.0).await;
        assert_eq!(text(&outcome.unwrap_err()), "TimeoutError");
        Ok(())
    });
}

#[test]
fn task_28_the_custom_constructor_is_asked_to_start_eagerly() {
    run(async {
        let asked = Rc::new(Cell::new(None));
        let seen = asked.clone();
        get_running_loop()?.set_task_factory(create_eager_task_factory(move |_, spec| {
            seen.set(spec.get_eager_start());
            spec.eager_start(false).create()
        }));
        let task = create_task(async { Ok(()) });
        assert_eq!((asked.get(), task.done()), (Some(true), false));
        TaskBuilder::new()
            .eager_start(false)
            .create(async { Ok(()) });
        assert_eq!(asked.get(), Some(false));
        task.await
    });
}

#[test]
fn task_28_the_eager_factory_is_given_back() {
    run(async {
        let event_loop = get_running_loop()?;
        event_loop.set_task_factory(eager_task_factory);
        let kept = event_loop.get_task_factory();
        event_loop.restore_task_factory(None);
        assert!(!create_task(async { Ok(()) }).done());
        event_loop.restore_task_factory(kept);
        assert!(create_task(async { Ok(()) }).done());
        Ok(())
    });
}

#[test]
fn loop_26_a_task_of_another_result_is_refused() {
    run(async {
        get_running_loop()?.set_task_factory(|_, spec| {
            spec.wrap(|_| async { Ok(Box::new("text") as _) }).create()
        });
        let task = create_task(async { Ok(1) });
        let error = task.await.unwrap_err();
        assert_eq!(
            text(&error),
            "TypeError: a wrapped coroutine's result is no i32"
        );
        let other = create_task(async { Ok("text") });
        let given = other.as_any();
        get_running_loop()?.set_task_factory(move |_, _| given.clone());
        let refused = catch_unwind(AssertUnwindSafe(|| drop(create_task(async { Ok(1) }))));
        let message = refused.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(
            *message,
            "TypeError: the task factory returned a task whose result is no i32"
        );
        // One of the same type will do.
        assert!(create_task(async { Ok("other") }) == other);
        assert_eq!(other.await?, "text");
        Ok(())
    });
}

#[test]
fn loop_26_a_factory_may_create_tasks_and_change_the_factory() {
    run(async {
        let event_loop = get_running_loop()?;
        let count = Rc::new(Cell::new(0));
        event_loop.set_task_factory({
            let count = count.clone();
            move |event_loop: &EventLoop, spec: TaskSpec| -> AnyTask {
                count.set(count.get() + 1);
                event_loop.restore_task_factory(None);
                event_loop.create_task(async { Ok("another") });
                spec.create()
            }
        });
        let (one, two) = gather((async { Ok(1) }, async { Ok(2) })).await?;
        assert_eq!((one, two, count.get()), (1, 2, 1));
        assert!(event_loop.get_task_factory().is_none());
        Ok(())
    });
}

#[test]
fn loop_26_a_factory_that_panics_makes_no_task() {
    run(async {
        let event_loop = get_running_loop()?;
        event_loop.set_task_factory(|_, _| panic!("no"));
        let made = catch_unwind(AssertUnwindSafe(|| drop(create_task(async { Ok(()) }))));
        assert!(made.is_err());
        event_loop.restore_task_factory(None);
        assert_eq!(event_loop.all_tasks().len(), 1);
        Ok(())
    });
}

#[test]
fn loop_26_a_closed_loop_has_no_factory() {
    let event_loop = new_event_loop().unwrap();
    let alive = Rc::new(());
    event_loop.set_task_factory({
        let (alive, event_loop) = (alive.clone(), event_loop.clone());
        move |_, spec| {
            let _ = (&alive, &event_loop);
            spec.create()
        }
    });
    event_loop.close().unwrap();
    assert_eq!(Rc::strong_count(&alive), 1);
    assert!(event_loop.get_task_factory().is_none());
    let made = catch_unwind(AssertUnwindSafe(|| {
        drop(event_loop.create_task(async { Ok(()) }));
    }));
    let message = made.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*message, "RuntimeError: Event loop is closed");
}

#[test]
fn loop_26_what_the_factory_sees() {
    run(async {
        let seen = Log::default();
        get_running_loop()?.set_task_factory({
            let seen = seen.clone();
            move |_, spec| {
                let file = spec.location().file().rsplit('/').next().unwrap();
                seen.add(format!("{file} {:?}", spec.get_name()));
                assert!(spec.coro_name().contains("work"));
                spec.create()
            }
        });
        async fn work() -> Result<()> {
            sleep(0.0).await
        }
        create_task(work()).await?;
        TaskBuilder::new().name("n").create(work()).await?;
        assert_eq!(seen.take(), ["eager.rs None", "eager.rs Some(\"n\")"]);
        Ok(())
    });
}
