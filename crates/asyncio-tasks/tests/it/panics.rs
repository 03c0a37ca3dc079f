//! Code of the program that panics around tasks and futures: the loop goes on, and every panic is reported exactly once.

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, pending};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Wake, Waker};

use asyncio_tasks::{
    AnyTask, Context, ContextVar, Error, EventLoop, ExceptionContext, ExceptionGroup, Future,
    LoopTasks, Result, RuntimeError, Task, create_task, get_running_loop, new_event_loop, run,
    sleep,
};

use crate::support::{Log, pass, run_reported, value_error};

/// A value whose destructor panics.
#[derive(Debug)]
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// What a coroutine does, and what the reports say of it, one each.
type Case = (&'static str, fn() -> Result<()>, &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "a task that nobody awaits",
        || spawn::<()>(async { panic!("boom") }),
        &["Task exception was never retrieved: PanicError: panicked: boom"],
    ),
    (
        "a done callback",
        || {
            let task = create_task(async { Ok(()) });
            task.add_done_callback(|_| panic!("boom"));
            Ok(())
        },
        &["boom"],
    ),
    (
        "what a done callback captured",
        || {
            let bomb = Bomb("captured");
            let future = get_running_loop()?.create_future();
            future.add_done_callback(move |_: &Future<()>| {
                let _captured = &bomb;
            });
            Ok(future.set_result(())?)
        },
        &["captured"],
    ),
    (
        "a local of a coroutine",
        || {
            spawn(async {
                let _bomb = Bomb("local");
                Ok(())
            })
        },
        &["Task exception was never retrieved: PanicError: panicked: local"],
    ),
    (
        "a coroutine that is dropped where it stands",
        || {
            let task = create_task(async {
                let _bomb = Bomb("foreign");
                pending::<Result<()>>().await
            });
            get_running_loop()?.call_later(0, move || task.cancel());
            Ok(())
        },
        &["Exception while a coroutine was dropped: PanicError: panicked: foreign"],
    ),
    (
        "a coroutine that never starts",
        || {
            let bomb = Bomb("unstarted");
            let task = create_task(async move {
                let _bomb = bomb;
                Ok(())
            });
            task.cancel();
            Ok(())
        },
        &["unstarted"],
    ),
    (
        "a result that nobody takes",
        || spawn(async { Ok(Bomb("result")) }),
        &["result"],
    ),
    (
        "an exception that cannot be dropped",
        || {
            #[derive(Debug)]
            struct Undroppable(#[allow(dead_code, reason = "it is dropped")] Bomb);
            impl std::fmt::Display for Undroppable {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("undroppable")
                }
            }
            impl std::error::Error for Undroppable {}
            spawn(async { Err::<(), Error>(Undroppable(Bomb("gone")).into()) })
        },
        &["Undroppable: undroppable", "gone"],
    ),
    (
        "a value of a task's context",
        || {
            static VAR: ContextVar<Arc<Bomb>> = ContextVar::new("var");
            spawn(async {
                VAR.set(Arc::new(Bomb("value")));
                Ok(())
            })
        },
        &["value"],
    ),
    (
        "a foreign waker",
        || {
            let future = get_running_loop()?.create_future::<()>();
            let log = Log::default();
            let (first, last) = (Rc::new(Cell::new(None)), future.clone());
            // Before and behind the broken one.
            let before = create_task({
                let future = future.clone();
                async move { (&future).await }
            });
            first.set(Some(before));
            get_running_loop()?.call_later(0, move || -> Result<()> {
                struct Broken;
                impl Wake for Broken {
                    fn wake(self: Arc<Self>) {
                        panic!("a waker")
                    }
                }
                let waker = Waker::from(Arc::new(Broken));
                let mut cx = PollContext::from_waker(&waker);
                let mut waiting = pin!(last.clone());
                assert!(waiting.as_mut().poll(&mut cx).is_pending());
                let told = log.clone();
                last.add_done_callback(move |_| told.add("told"));
                last.set_result(())?;
                get_running_loop()?.call_soon(move || assert_eq!(log.take(), ["told"]));
                let before = first.take().expect("set above");
                get_running_loop()?.call_later(0, move || assert!(before.done()));
                Ok(())
            });
            Ok(())
        },
        &["Exception ignored in a waker: PanicError: panicked: a waker"],
    ),
];

#[test]
fn the_loop_goes_on_and_every_panic_is_reported_once() {
    for (name, act, expected) in CASES {
        let (outcome, reports) = run_reported(async move {
            act()?;
            let next = create_task(async { Ok("next") });
            sleep(1.0).await?;
            pass(3).await?;
            next.await
        });
        assert_eq!(outcome.unwrap(), "next", "{name}");
        assert_eq!(reports.len(), expected.len(), "{name}: {reports:#?}");
        for text in *expected {
            let found = reports.iter().filter(|report| report.contains(text));
            assert_eq!(found.count(), 1, "{name}, {text}: {reports:#?}");
        }
    }
}

#[test]
fn close_drops_every_coroutine_whatever_panics() {
    let event_loop = new_event_loop().unwrap();
    let reports = Log::default();
    event_loop.set_exception_handler({
        let reports = reports.clone();
        move |_: &EventLoop, report: &ExceptionContext| reports.add(report.to_string())
    });
    let tasks: Vec<Task<()>> = ["one", "two"]
        .map(|text| {
            let bomb = Bomb(text);
            event_loop.create_task(async move {
                let _bomb = bomb;
                pending().await
            })
        })
        .into();
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || event_loop.stop()
    });
    event_loop.run_forever().unwrap();
    let unstarted = event_loop.create_task::<()>(async {
        let _never = Bomb("never made");
        Ok(())
    });
    event_loop.close().unwrap();
    drop((tasks, unstarted));
    let reports = reports.take();
    let found = |text: &str| {
        reports
            .iter()
            .filter(|report| report.contains(text))
            .count()
    };
    assert_eq!(
        (found("panicked: one"), found("panicked: two")),
        (1, 1),
        "{reports:#?}"
    );
    assert_eq!(
        found("Task was destroyed but it is pending!"),
        3,
        "{reports:#?}"
    );
    assert_eq!(reports.len(), 5, "{reports:#?}");
}

#[test]
fn an_unseen_exception_is_reported_while_a_panic_unwinds() {
    let (outcome, reports) = run_reported(async {
        get_running_loop()?.set_exception_handler(|_, _| panic!("so is the handler"));
        let future = get_running_loop()?.create_future::<()>();
        future.set_exception(value_error("unseen"))?;
        let task = create_task(async move {
            let _dropped_by_the_panic = future;
            panic!("the first one");
            #[allow(unreachable_code)]
            Ok(())
        });
        Err::<(), _>(task.await.unwrap_err())
    });
    assert_eq!(outcome.unwrap_err().to_string(), "panicked: the first one");
    assert!(reports.is_empty(), "the default handler was told");
}

/// FUT-07, TASK-20: a handler gets the task itself.
#[test]
fn reports_name_the_task_that_they_are_about() {
    let seen: Rc<RefCell<Vec<(String, AnyTask)>>> = Rc::default();
    let event_loop = new_event_loop().unwrap();
    event_loop.set_exception_handler({
        let seen = seen.clone();
        move |_: &EventLoop, report: &ExceptionContext| {
            let task = report.get::<AnyTask>("task").unwrap().clone();
            assert!(report.contains("source_traceback"));
            assert!(report.location().unwrap().file().ends_with("panics.rs"));
            seen.borrow_mut().push((report.message().to_owned(), task));
        }
    });
    let never = event_loop.create_task(async { Err::<u32, _>(value_error("unseen")) });
    never.set_name("unseen");
    let pending = event_loop.create_task(async { pending::<Result<()>>().await });
    let context = never.get_context();
    drop(never);
    event_loop
        .run_until_complete(async { pass(2).await })
        .unwrap();
    event_loop.close().unwrap();
    let seen = seen.take();
    let [(unseen, failed), (destroyed, left)] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert_eq!(unseen, "Task exception was never retrieved");
    assert_eq!(failed.get_name(), "unseen");
    assert_eq!(failed.get_context(), context);
    assert!(failed.done() && !failed.cancelled() && !failed.cancel());
    assert_eq!(failed.exception().unwrap().unwrap().to_string(), "unseen");
    assert_eq!(destroyed, "Task was destroyed but it is pending!");
    assert_eq!(*left, pending.as_any());
}

#[test]
fn groups_may_be_nested_more_deeply_than_the_stack() {
    let mut error = value_error("innermost");
    for level in 0..20_000 {
        let group = ExceptionGroup::new("group", [error]).unwrap();
        error = match level % 3 {
            0 => group.into(),
            1 => Error::from(RuntimeError::with_message("with a cause")).caused_by(group.into()),
            _ => Error::from(group)
                .with_cause(value_error("replaced"))
                .with_cause(value_error("again")),
        };
    }
    let text = format!("{error:?}");
    assert!(text.contains("deeper than 10 groups"), "{text}");
    assert!(!text.contains("innermost"));
    if let Some(group) = error.downcast_ref::<ExceptionGroup>() {
        assert!(format!("{group:?}").contains("[...]"));
    }
    drop(error);
    let shallow = ExceptionGroup::new("group", [value_error("innermost")]).unwrap();
    assert!(
        format!("{:?}", Error::from(shallow)).contains("innermost"),
        "depth is counted back"
    );
}

#[test]
fn the_close_of_a_run_does_not_hide_its_error_nor_the_other_way_round() {
    let main = async {
        create_task(async {
            let _ = sleep(3600.0).await;
            Err::<(), Error>(asyncio_tasks::SystemExit { code: 3 }.into())
        });
        sleep(0).await?;
        Err::<(), _>(value_error("of main"))
    };
    let error = run(main).unwrap_err();
    assert!(error.is::<asyncio_tasks::SystemExit>(), "{error:?}");
    assert_eq!(error.cause().unwrap().to_string(), "of main");
}

fn spawn<T: 'static>(coro: impl StdFuture<Output = Result<T>> + 'static) -> Result<()> {
    drop(create_task(coro));
    Ok(())
}

#[test]
fn a_context_that_is_kept_outlives_its_task() {
    let kept: Rc<RefCell<Option<Context>>> = Rc::default();
    static VAR: ContextVar<u32> = ContextVar::new("kept");
    let slot = kept.clone();
    let (outcome, reports) = run_reported(async move {
        let task = create_task(async {
            VAR.set(7);
            Err::<(), _>(value_error("unseen"))
        });
        slot.replace(Some(task.get_context()));
        drop(task);
        pass(2).await
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(kept.take().unwrap().get(&VAR), Some(7));
}

/// The step's last act is to drop what it waits on, which nobody else has any more.
#[test]
fn a_task_ends_although_the_value_that_it_awaits_panics_when_dropped() {
    let (ended, reports) = run_reported(async {
        let task = create_task(async {
            let promise = get_running_loop()?.create_future::<Bomb>();
            let mut wait = Box::pin(promise.clone());
            let (mut promise, mut steps) = (Some(promise), 0);
            std::future::poll_fn(|cx| -> std::task::Poll<Result<()>> {
                steps += 1;
                let pending = wait.as_mut().poll(cx).is_pending();
                assert!(pending);
                if let Some(promise) = promise.take() {
                    promise.set_result(Bomb("awaited")).unwrap();
                }
                panic!("boom");
            })
            .await
        });
        Ok(task.await.is_err())
    });
    assert!(ended.unwrap());
    assert!(
        reports.iter().any(|report| report.contains("awaited")),
        "{reports:?}"
    );
}
