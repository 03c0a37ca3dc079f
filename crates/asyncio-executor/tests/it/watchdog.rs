//! The watchdog.

use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Error, EventLoop, Step, StepObserver, ValueError};

use crate::support::{
    Log, await_logged, capture_log, child_command, in_child, real_loop, run_once, spawn,
    take_logged, virtual_loop,
};

#[test]
fn a_callback_is_reported_while_it_blocks_and_when_it_is_over() {
    capture_log();
    let event_loop = EventLoop::builder().watchdog(0.001).build().unwrap();
    let place = call_blocking(&event_loop);
    run_once(&event_loop);
    let lines = take_logged();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let over = format!("WARN: watchdog: <Handle created at {place}> blocked the event loop for ");
    assert!(lines[0].starts_with(&over), "{lines:?}");
    event_loop.close().unwrap();
}

#[test]
fn each_step_that_blocks_is_reported_once() {
    capture_log();
    let event_loop = real_loop();
    event_loop.set_watchdog(Some(0.001)).unwrap();
    let log = Log::new();
    let noted = log.clone();
    let task = spawn(&event_loop, async move {
        await_logged("by <MiniTask>");
        noted.add("reported");
    });
    call_blocking(&event_loop);
    run_once(&event_loop);
    event_loop.call_soon(|| ());
    run_once(&event_loop);
    assert!(task.is_done());
    assert_eq!(log.take(), ["reported"]);
    assert_eq!(take_logged().len(), 2);
    event_loop.close().unwrap();
}

#[test]
fn a_step_may_end_the_watchdog() {
    capture_log();
    let event_loop = EventLoop::builder().watchdog(1000.0).build().unwrap();
    let own = event_loop.clone();
    event_loop.call_soon(move || own.set_watchdog(None::<f64>));
    run_once(&event_loop);
    assert!(!event_loop.is_observed());
    event_loop.close().unwrap();
    assert!(event_loop.set_watchdog(Some(1.0)).is_err(), "closed");
    assert!(take_logged().is_empty());
}

#[test]
fn a_limit_that_is_no_time_is_refused() {
    for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = EventLoop::builder().watchdog(limit).build().unwrap_err();
        assert!(refused.is::<ValueError>(), "{limit}: {refused}");
    }
}

#[test]
fn the_environment_starts_one_and_close_joins_it() {
    const NAME: &str = "watchdog::the_environment_starts_one_and_close_joins_it";
    if in_child() {
        return match EventLoop::builder().build() {
            Ok(event_loop) => {
                assert!(event_loop.is_observed());
                let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
                let before = threads();
                event_loop.close().unwrap();
                assert_eq!(threads(), before - 1);
            }
            Err(error) => println!("refused: {error}"),
        };
    }
    for (value, refused) in [("2.5", false), ("soon", true), ("0", true)] {
        let mut child = child_command(NAME);
        let output = child.env("ASYNCIO_WATCHDOG", value).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.contains("refused: "), refused, "{text}");
    }
}

#[test]
fn an_observer_is_told_of_every_step_that_begins_while_it_observes() {
    struct Noting(Log);
    impl StepObserver for Noting {
        fn begins(&self, _event_loop: &EventLoop, step: &Step, now: f64) {
            self.0.add(format!("{} begins at {now}", kind(step)));
        }

        fn ends(&self, _event_loop: &EventLoop, step: &Step, took: f64) {
            self.0.add(format!("{} took {took}", kind(step)));
        }
    }
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let observer: Rc<dyn StepObserver> = Rc::new(Noting(log.clone()));
    event_loop.add_observer(observer.clone());
    event_loop.call_soon(log.note("callback"));
    event_loop.call_soon(|| ()).cancel();
    event_loop.call_soon_threadsafe(|| ()).unwrap();
    spawn(&event_loop, async {});
    run_once(&event_loop);
    event_loop.call_soon({
        let (event_loop, observer) = (event_loop.clone(), observer.clone());
        move || event_loop.remove_observer(&observer)
    });
    event_loop.call_soon(log.note("unobserved"));
    run_once(&event_loop);
    assert_eq!(
        log.take(),
        [
            "callback begins at 0",
            "callback",
            "callback took 0",
            "threadsafe begins at 0",
            "threadsafe took 0",
            "task begins at 0",
            "task took 0",
            "callback begins at 0",
            "callback took 0",
            "unobserved",
        ]
    );
    event_loop.close().unwrap();
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Task(_) => "task",
        Step::Callback(_) => "callback",
        Step::Threadsafe(_) => "threadsafe",
    }
}

/// Schedules a callback that blocks until it was reported; returns where that was.
#[track_caller]
fn call_blocking(event_loop: &EventLoop) -> &'static Location<'static> {
    let place = Location::caller();
    event_loop.call_soon(move || -> Result<(), Error> {
        let line = await_logged(&format!("by <Handle created at {place}>"));
        assert!(line.contains("the event loop has been blocked for"));
        Ok(())
    });
    place
}
