//! The order of execution, and what `stop` and running twice do.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio_executor::{KeyboardInterrupt, Result, RuntimeError};

use crate::support::{
    Log, log_reports, manual_loop, run_once, run_times, spawn, stopper, virtual_loop,
};

#[test]
fn callbacks_run_in_the_order_of_scheduling_one_iteration_each() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_soon({
        let (event_loop, log) = (event_loop.clone(), log.clone());
        move || {
            log.add("first");
            event_loop.call_soon(log.note("added by first"));
        }
    });
    event_loop.call_soon(log.note("second"));

    run_once(&event_loop);
    assert_eq!(log.take(), ["first", "second"]);
    run_once(&event_loop);
    assert_eq!(log.take(), ["added by first"]);
    event_loop.close().unwrap();
}

#[test]
fn steps_and_callbacks_share_one_queue() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    for n in 0..3 {
        event_loop.call_soon(log.note(format!("callback {n}")));
        spawn(&event_loop, {
            let log = log.clone();
            async move { log.add(format!("step {n}")) }
        });
    }
    run_once(&event_loop);
    assert_eq!(
        log.take(),
        [
            "callback 0",
            "step 0",
            "callback 1",
            "step 1",
            "callback 2",
            "step 2"
        ]
    );
    event_loop.close().unwrap();
}

#[test]
fn a_step_that_wakes_itself_comes_after_what_it_scheduled() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let mut polls = 0;
    spawn(&event_loop, {
        let (event_loop, log) = (event_loop.clone(), log.clone());
        std::future::poll_fn(move |cx| {
            polls += 1;
            log.add(format!("step {polls}"));
            if polls == 2 {
                return std::task::Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            event_loop.call_soon(log.note("callback"));
            std::task::Poll::Pending
        })
    });
    run_times(&event_loop, 2);
    assert_eq!(log.take(), ["step 1", "callback", "step 2"]);
    event_loop.close().unwrap();
}

#[test]
fn stop_lets_the_iteration_end_and_is_used_up() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_soon(stopper(&event_loop));
    event_loop.call_soon({
        let (event_loop, log) = (event_loop.clone(), log.clone());
        move || {
            log.add("after stop");
            event_loop.call_soon(log.note("next run"));
        }
    });
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["after stop"]);

    event_loop.call_soon(stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["next run"]);
    event_loop.close().unwrap();
}

#[test]
fn stop_twice_stops_one_run() {
    let (event_loop, _sim) = virtual_loop();
    event_loop.stop();
    event_loop.stop();
    event_loop.run_forever().unwrap();

    let ran = Rc::new(Cell::new(false));
    event_loop.call_soon({
        let (event_loop, ran) = (event_loop.clone(), ran.clone());
        move || {
            ran.set(true);
            event_loop.call_soon(stopper(&event_loop));
        }
    });
    event_loop.run_forever().unwrap();
    assert!(ran.get());
    event_loop.close().unwrap();
}

#[test]
fn a_running_loop_cannot_be_run_or_closed() {
    let (event_loop, _sim) = virtual_loop();
    let (other, _other_sim) = virtual_loop();
    let results: Rc<Cell<Option<[String; 3]>>> = Rc::default();
    event_loop.call_soon({
        let (event_loop, other, results) = (event_loop.clone(), other.clone(), results.clone());
        move || {
            let text = |error: asyncio_executor::Error| error.to_string();
            results.set(Some([
                event_loop.run_forever().map_err(text).unwrap_err(),
                other.run_forever().map_err(text).unwrap_err(),
                event_loop.close().unwrap_err().to_string(),
            ]));
            assert!(event_loop.is_running() && !other.is_running());
        }
    });
    run_once(&event_loop);
    assert_eq!(
        results.take().unwrap(),
        [
            "This event loop is already running",
            "Cannot run the event loop while another loop is running",
            "Cannot close a running event loop",
        ]
    );
    assert!(!event_loop.is_running());
    // Neither failure has left a mark.
    run_once(&other);
    run_once(&event_loop);
    other.close().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn another_loop_may_be_closed_while_one_runs() {
    let (event_loop, _sim) = virtual_loop();
    let (other, _other_sim) = virtual_loop();
    let task = spawn(&other, std::future::pending());
    run_once(&other);
    event_loop.call_soon({
        let (event_loop, other) = (event_loop.clone(), other.clone());
        move || {
            other.close().unwrap();
            assert_eq!(
                asyncio_executor::get_running_loop().unwrap(),
                event_loop,
                "the other loop's end must not hide the one that runs"
            );
        }
    });
    let log = Log::new();
    log_reports(&event_loop, &log);
    run_once(&event_loop);
    assert!(log.take().is_empty());
    assert!(task.is_destroyed());
    event_loop.close().unwrap();
}

#[test]
fn an_interrupt_ends_the_run_at_once_and_keeps_the_rest() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.call_soon(log.note("before"));
    event_loop.call_soon(|| -> Result<()> { Err(KeyboardInterrupt::new().into()) });
    event_loop.call_soon(log.note("after"));

    let error = event_loop.run_forever().unwrap_err();
    assert!(error.is::<KeyboardInterrupt>());
    assert_eq!(log.take(), ["before"]);
    assert!(!event_loop.is_running());

    run_once(&event_loop);
    assert_eq!(log.take(), ["after"]);
    event_loop.close().unwrap();
}

#[test]
fn an_interrupt_wins_over_stop() {
    let (event_loop, _sim) = virtual_loop();
    event_loop.call_soon(stopper(&event_loop));
    event_loop.call_soon(|| -> Result<()> { Err(KeyboardInterrupt::new().into()) });
    assert!(event_loop.run_forever().is_err());
    // The stop belonged to the run that ended.
    event_loop.call_soon({
        let event_loop = event_loop.clone();
        move || {
            event_loop.call_soon(stopper(&event_loop));
        }
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn a_panic_in_a_callback_is_reported_and_the_next_one_runs() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    event_loop.call_soon(|| panic!("in a callback"));
    event_loop.call_soon(|| Err::<(), _>(RuntimeError::with_message("an error")));
    event_loop.call_soon(log.note("next"));
    run_once(&event_loop);
    let [panicked, failed, next] = <[String; 3]>::try_from(log.take()).unwrap();
    assert!(panicked.starts_with("Exception in callback"), "{panicked}");
    assert!(panicked.ends_with("panicked: in a callback"), "{panicked}");
    assert!(failed.ends_with(": an error"), "{failed}");
    assert_eq!(next, "next");
    event_loop.close().unwrap();
}

#[test]
fn a_selector_that_fails_ends_the_run_and_not_the_loop() {
    let (event_loop, sim, _clock) = manual_loop(1);
    sim.fail_on_block(std::io::ErrorKind::OutOfMemory);
    let error = event_loop.run_forever().unwrap_err();
    assert!(error.is::<std::io::Error>(), "{error:?}");
    assert!(!event_loop.is_running());

    sim.on_block({
        let proxy = event_loop.proxy();
        move |_| proxy.stop().unwrap()
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn what_a_closed_loop_refuses() {
    let (event_loop, _sim) = virtual_loop();
    event_loop.close().unwrap();
    event_loop.close().unwrap();
    assert!(event_loop.is_closed());
    let proxy = event_loop.proxy();
    let refusals = [
        event_loop.run_forever().unwrap_err().to_string(),
        event_loop
            .call_soon_threadsafe(|| ())
            .unwrap_err()
            .to_string(),
        proxy.call_soon_threadsafe(|| ()).unwrap_err().to_string(),
        proxy.stop().unwrap_err().to_string(),
        panic_message(|| event_loop.call_soon(|| ())),
        panic_message(|| event_loop.call_later(1.0, || ())),
        panic_message(|| event_loop.call_at(1.0, || ())),
    ];
    for refusal in refusals {
        let refusal = refusal.trim_start_matches("RuntimeError: ");
        assert_eq!(refusal, "Event loop is closed");
    }
    assert!(proxy.is_closed());
}

fn panic_message<T>(f: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).map(drop).unwrap_err();
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap()
}
