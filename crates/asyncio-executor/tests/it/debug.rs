//! Debug mode.

use asyncio_executor::EventLoop;

use crate::support::{
    ManualClock, capture_log, manual_loop, run_once, spawn, take_logged, virtual_loop,
};

#[test]
fn a_slow_callback_is_reported_and_a_fast_one_is_not() {
    capture_log();
    let (event_loop, _sim, clock) = manual_loop(1);
    event_loop.set_debug(true);
    event_loop.call_soon(advance(&clock, 0.0999));
    event_loop.call_soon(advance(&clock, 0.25));
    run_once(&event_loop);
    let [line] = <[String; 1]>::try_from(take_logged()).unwrap();
    assert!(line.starts_with("WARN: Executing <Handle"), "{line}");
    assert!(line.contains("debug.rs"), "{line}");
    assert!(line.ends_with("took 0.250 seconds"), "{line}");
    event_loop.close().unwrap();
}

#[test]
fn slow_timers_steps_and_callbacks_of_other_threads_are_reported() {
    capture_log();
    let (event_loop, _sim, clock) = manual_loop(1);
    event_loop.set_debug(true);
    event_loop.set_slow_callback_duration(1.0);
    assert_eq!(event_loop.slow_callback_duration(), 1.0);
    event_loop.call_later(-1.0, advance(&clock, 2.0));
    spawn(&event_loop, {
        let clock = clock.clone();
        async move { clock.advance(3.0) }
    });
    event_loop.call_soon_threadsafe(|| ()).unwrap();
    run_once(&event_loop);
    let lines = take_logged();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].ends_with("Executing <MiniTask> took 3.000 seconds"),
        "{lines:?}"
    );
    assert!(lines[1].contains("<TimerHandle") && lines[1].contains("2.000"));
    event_loop.close().unwrap();
}

#[test]
fn nothing_is_reported_without_debug_mode() {
    capture_log();
    let (event_loop, _sim, clock) = manual_loop(1);
    event_loop.set_debug(false);
    event_loop.call_soon(advance(&clock, 100.0));
    run_once(&event_loop);
    assert!(take_logged().is_empty());
    event_loop.close().unwrap();
}

#[test]
fn a_callback_may_switch_debug_mode() {
    capture_log();
    let (event_loop, _sim, clock) = manual_loop(1);
    event_loop.set_debug(false);
    event_loop.call_soon({
        let (event_loop, clock) = (event_loop.clone(), clock.clone());
        move || {
            event_loop.set_debug(true);
            clock.advance(1.0);
        }
    });
    event_loop.call_soon(advance(&clock, 1.0));
    run_once(&event_loop);
    assert!(event_loop.get_debug());
    assert_eq!(take_logged().len(), 1, "from the next callback on");
    event_loop.close().unwrap();
}

#[test]
fn a_slow_callback_that_fails_is_reported_twice() {
    capture_log();
    let (event_loop, _sim, clock) = manual_loop(1);
    event_loop.set_debug(true);
    event_loop.call_soon(move || {
        clock.advance(1.0);
        panic!("and slow")
    });
    run_once(&event_loop);
    let lines = take_logged();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("ERROR: Exception in callback"));
    assert!(lines[1].starts_with("WARN: Executing"));
    event_loop.close().unwrap();
}

#[test]
fn the_builder_sets_debug_mode() {
    let (plain, _sim) = virtual_loop();
    plain.close().unwrap();
    let event_loop = EventLoop::builder().debug(true).build().unwrap();
    assert!(event_loop.get_debug());
    assert!(format!("{event_loop:?}").contains("debug=true"));
    event_loop.close().unwrap();
}

/// LOOP-35: a callback is named by where it was scheduled. What it captured is in no report, debug mode or not.
#[test]
fn loop_35_reports_do_not_tell_what_a_callback_captured() {
    capture_log();
    for debug in [false, true] {
        let (event_loop, _sim, clock) = manual_loop(1);
        event_loop.set_debug(debug);
        let secret = String::from("hunter2");
        let handle = event_loop.call_soon(move || {
            clock.advance(1.0);
            assert!(secret.is_empty(), "failed");
        });
        assert!(format!("{handle:?}").contains("debug.rs"));
        assert!(!format!("{handle:?}").contains("hunter2"));
        run_once(&event_loop);
        let lines = take_logged();
        assert_eq!(lines.len(), 1 + usize::from(debug), "{lines:?}");
        assert!(
            lines.iter().all(|line| !line.contains("hunter2")),
            "{lines:?}"
        );
        event_loop.close().unwrap();
    }
}

fn advance(clock: &ManualClock, by: f64) -> impl FnOnce() + 'static {
    let clock = clock.clone();
    move || clock.advance(by)
}
