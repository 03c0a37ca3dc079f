//! Misuse: every kind gets the error, with the text, that Python raises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use asyncio_tasks::{
    Error, EventLoop, InvalidStateError, LoopTasks, Runner, RuntimeError, Sleep, Task, ValueError,
    create_task, current_task, get_running_loop, new_event_loop, sleep, timeout, wait_for,
};

use crate::support::{pass, run, text};

#[test]
fn a_closed_loop() {
    let event_loop = new_event_loop().unwrap();
    event_loop.close().unwrap();
    const CLOSED: &str = "RuntimeError: Event loop is closed";
    assert_eq!(text(&event_loop.run_forever().unwrap_err()), CLOSED);
    let refused = event_loop.run_until_complete(async { Ok(()) });
    assert_eq!(text(&refused.unwrap_err()), CLOSED);
    let refused = event_loop.call_soon_threadsafe(|| ()).unwrap_err();
    assert_eq!(text(&refused.into()), CLOSED);
    assert_eq!(panics(|| drop(event_loop.call_soon(|| ()))), CLOSED);
    assert_eq!(panics(|| drop(event_loop.call_later(1.0, || ()))), CLOSED);
    assert_eq!(
        panics(|| drop(event_loop.create_task(async { Ok(()) }))),
        CLOSED
    );
    // As in CPython.
    assert!(!event_loop.create_future::<()>().done());
    event_loop.close().unwrap();
}

#[test]
fn a_running_loop() {
    run(async {
        let event_loop = get_running_loop()?;
        let again = "RuntimeError: This event loop is already running";
        assert_eq!(text(&event_loop.run_forever().unwrap_err()), again);
        let refused = event_loop.run_until_complete(async { Ok(()) });
        assert_eq!(text(&refused.unwrap_err()), again);
        let closed = Error::from(event_loop.close().unwrap_err());
        assert_eq!(
            text(&closed),
            "RuntimeError: Cannot close a running event loop"
        );
        let other = new_event_loop()?;
        let another = "RuntimeError: Cannot run the event loop while another loop is running";
        assert_eq!(text(&other.run_forever().unwrap_err()), another);
        other.close()?;
        let nested = asyncio_tasks::run(async { Ok(()) }).unwrap_err();
        let text = text(&nested);
        assert_eq!(
            text,
            "RuntimeError: asyncio.run() cannot be called from a running event loop"
        );
        Ok(())
    });
}

/// FUT-09
#[test]
fn a_future_or_task_of_another_loop() {
    let other = new_event_loop().unwrap();
    let (future, task) = (other.create_future::<()>(), other.create_task(pass(1)));
    let theirs = (future.clone(), task.clone());
    run(async move {
        for refused in [theirs.0.await, theirs.1.await] {
            let error = refused.unwrap_err();
            assert!(error.is::<RuntimeError>());
            assert!(
                error.to_string().ends_with("attached to a different loop"),
                "{error}"
            );
        }
        Ok(())
    });
    let here = new_event_loop().unwrap();
    let refused = here.run_until_complete(future).unwrap_err();
    assert!(refused.is::<ValueError>(), "{refused}");
    here.close().unwrap();
    other.run_until_complete(task).unwrap();
    other.close().unwrap();
}

#[test]
fn a_task_that_awaits_itself() {
    run(async {
        let task: Task<()> = create_task(async {
            let own = current_task()?.expect("a task");
            let slot = OWN.take().expect("set below");
            assert_eq!(own, slot);
            slot.await
        });
        OWN.set(Some(task.clone()));
        let error = task.await.unwrap_err();
        assert!(
            text(&error).starts_with("RuntimeError: Task cannot await on itself: "),
            "{error}"
        );
        Ok(())
    });
    thread_local! {
        static OWN: std::cell::Cell<Option<Task<()>>> = const { std::cell::Cell::new(None) };
    }
}

#[test]
fn a_time_that_is_no_number() {
    run(async {
        let event_loop = get_running_loop()?;
        let text = "ValueError: a callback cannot be scheduled for the time NaN";
        assert_eq!(
            panics(|| drop(event_loop.call_later(f64::NAN, || ()))),
            text
        );
        assert_eq!(panics(|| drop(event_loop.call_at(f64::NAN, || ()))), text);
        let refused: [Error; 3] = [
            sleep(f64::NAN).await.unwrap_err(),
            wait_for(async { Ok(()) }, f64::NAN).await.unwrap_err(),
            timeout(f64::NAN, async |_| Ok(())).await.unwrap_err(),
        ];
        assert!(refused.iter().all(Error::is::<ValueError>), "{refused:?}");
        Ok(())
    });
}

#[test]
fn a_result_that_was_moved_out() {
    run(async {
        let task = create_task(async { Ok(1) });
        assert_eq!(task.clone().await?, 1);
        let moved = "InvalidStateError: The result was moved out by an earlier await.";
        assert_eq!(text(&task.result().unwrap_err()), moved);
        assert_eq!(text(&(&task).await.unwrap_err()), moved);
        assert_eq!(text(&task.clone().await.unwrap_err()), moved);
        assert!(task.exception()?.is_none(), "it has ended well");
        let pending = get_running_loop()?.create_future::<()>();
        assert_eq!(
            text(&pending.result().unwrap_err()),
            "InvalidStateError: Result is not set."
        );
        pending.set_result(())?;
        let again = Error::from(pending.set_result(()).unwrap_err());
        assert!(again.is::<InvalidStateError>(), "{again}");
        Ok(())
    });
}

#[test]
fn no_loop_at_all() {
    let missing = "RuntimeError: no running event loop";
    assert_eq!(text(&get_running_loop().unwrap_err().into()), missing);
    assert_eq!(text(&current_task().unwrap_err().into()), missing);
    assert_eq!(panics(|| drop(create_task(async { Ok(()) }))), missing);
    let runner = Runner::new();
    runner.close().unwrap();
    runner.run(async { Ok(()) }).unwrap();
    runner.close().unwrap();
    let refused = runner.run(async { Ok(()) }).unwrap_err();
    assert_eq!(text(&refused), "RuntimeError: Runner is closed");
}

/// LOOP-34: the compiler refuses what debug mode would have to look for.
#[test]
fn loop_34_what_belongs_to_a_loop_stays_on_its_thread() {
    trait Sends<Marker> {
        fn check() {}
    }
    struct IsSend;
    impl<T: ?Sized> Sends<()> for T {}
    impl<T: ?Sized + Send> Sends<IsSend> for T {}
    // Each would be ambiguous if the type could go to another thread.
    <EventLoop as Sends<_>>::check();
    <Task<()> as Sends<_>>::check();
    <asyncio_tasks::Future<()> as Sends<_>>::check();
    <asyncio_tasks::Handle as Sends<_>>::check();
    <asyncio_tasks::TimerHandle as Sends<_>>::check();
    <asyncio_tasks::Context as Sends<_>>::check();
    <Sleep as Sends<_>>::check();
    <Runner as Sends<_>>::check();
}

/// What `f` panics with.
fn panics(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    let text = Error::from_panic(payload).to_string();
    text.trim_start_matches("panicked: ").to_owned()
}
