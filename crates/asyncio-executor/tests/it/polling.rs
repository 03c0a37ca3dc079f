//! When the loop looks for input and due timers, and how long it waits.

use std::cell::Cell;
use std::io::pipe;
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::time::Duration;

use asyncio_executor::EventLoop;
use asyncio_reactor::sim::{Call, SimHandle};
use asyncio_reactor::{Clock, Interest};

use crate::support::{Log, manual_loop, run_once, stopper, virtual_loop};

#[test]
fn nothing_registered_and_something_ready_needs_no_select() {
    let (event_loop, sim, _clock) = manual_loop(1);
    event_loop.call_later(3600.0, || ());
    run_chain(&event_loop, 200, |_| ());
    assert_eq!(sim.take_calls(), []);
    event_loop.close().unwrap();
}

#[test]
fn a_busy_loop_selects_once_per_interval_and_does_not_wait() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let (reader, _writer) = pipe().unwrap();
    event_loop.add_reader(&reader, || ()).unwrap();
    run_chain(&event_loop, 200, |_| ());
    // Before the callbacks 61, 122 and 183.
    assert_eq!(selects(&sim), [Some(Duration::ZERO); 3]);
    event_loop.close().unwrap();
}

#[test]
fn an_interval_of_one_selects_before_every_iteration_the_first_included() {
    let (event_loop, sim, _clock) = manual_loop(1);
    let (reader, _writer) = pipe().unwrap();
    event_loop.add_reader(&reader, || ()).unwrap();
    run_chain(&event_loop, 10, |_| ());
    assert_eq!(selects(&sim).len(), 10);
    event_loop.close().unwrap();
}

#[test]
fn an_interval_of_one_interleaves_input_as_cpython_does() {
    let (event_loop, sim, _clock) = manual_loop(1);
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    event_loop.add_reader(&reader, log.note("input")).unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    event_loop.call_soon({
        let (event_loop, log) = (event_loop.clone(), log.clone());
        move || {
            log.add("first");
            event_loop.call_soon(log.note("second"));
            event_loop.call_soon(stopper(&event_loop));
        }
    });
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["first", "input", "second", "input"]);
    event_loop.close().unwrap();
}

#[test]
fn input_waits_for_no_more_callbacks_than_the_interval() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let (reader, _writer) = pipe().unwrap();
    let ran = Rc::new(Cell::new(0));
    let seen_after = Rc::new(Cell::new(None));
    event_loop
        .add_reader(&reader, {
            let (ran, seen_after) = (ran.clone(), seen_after.clone());
            move || seen_after.set(seen_after.get().or(Some(ran.get())))
        })
        .unwrap();
    let fd = reader.as_raw_fd();
    run_chain(&event_loop, 200, move |n| {
        ran.set(n);
        if n == 70 {
            sim.set_ready(fd, Interest::READABLE);
        }
    });
    let seen_after = seen_after.get().unwrap();
    assert!((70..=70 + 61).contains(&seen_after), "{seen_after}");
    event_loop.close().unwrap();
}

#[test]
fn a_timer_that_is_due_by_the_cached_time_is_not_delayed() {
    let (event_loop, _sim, clock) = manual_loop(1_000_000);
    let fired_after = timer_in_chain(&event_loop, {
        let event_loop = event_loop.clone();
        move |n| {
            if n == 5 {
                clock.set(10.0);
                event_loop.time();
            }
        }
    });
    assert_eq!(fired_after, Some(6));
    event_loop.close().unwrap();
}

#[test]
fn a_timer_that_nobody_knows_to_be_due_waits_for_the_interval_at_most() {
    let (event_loop, _sim, clock) = manual_loop(61);
    let fired_after = timer_in_chain(&event_loop, move |n| {
        if n == 5 {
            clock.set(10.0);
        }
    });
    assert_eq!(fired_after, Some(62));
    event_loop.close().unwrap();
}

#[test]
fn an_interval_of_one_finds_a_due_timer_in_the_next_iteration() {
    let (event_loop, _sim, clock) = manual_loop(1);
    let fired_after = timer_in_chain(&event_loop, move |n| {
        if n == 5 {
            clock.set(10.0);
        }
    });
    assert_eq!(fired_after, Some(6));
    event_loop.close().unwrap();
}

#[test]
fn virtual_time_is_exact_whatever_the_interval() {
    let (event_loop, _sim) = virtual_loop();
    let fired_after = timer_in_chain(&event_loop, |_| ());
    assert_eq!(
        fired_after, None,
        "time stood still while the loop was busy"
    );

    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    for delay in [3.0, 1.0, 2.0] {
        event_loop.call_later(delay, {
            let (log, inner) = (log.clone(), event_loop.clone());
            move || log.add(format!("{delay} at {}", inner.time()))
        });
    }
    event_loop.call_later(4.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["1 at 1", "2 at 2", "3 at 3"]);
    event_loop.close().unwrap();
}

#[test]
fn virtual_time_looks_for_input_before_it_jumps() {
    let (event_loop, sim) = virtual_loop();
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    event_loop
        .add_reader(&reader, {
            let (event_loop, log, sim) = (event_loop.clone(), log.clone(), sim.clone());
            let fd = reader.as_raw_fd();
            move || {
                log.add(format!("input at {}", event_loop.time()));
                sim.clear_ready(fd);
            }
        })
        .unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    event_loop.call_later(5.0, stopper(&event_loop));
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["input at 0"]);
    assert_eq!(event_loop.time(), 5.0);
    event_loop.close().unwrap();
}

#[test]
fn the_wait_lasts_until_the_earliest_timer_that_is_not_cancelled() {
    let (event_loop, sim, clock) = manual_loop(61);
    let cancelled = event_loop.call_later(1.0, || ());
    event_loop.call_later(5.0, stopper(&event_loop));
    cancelled.cancel();
    sim.on_block(move |_| clock.advance(5.0));
    event_loop.run_forever().unwrap();
    assert_eq!(selects(&sim), [Some(Duration::from_secs(5))]);
    event_loop.close().unwrap();
}

#[test]
fn without_timers_the_wait_has_no_end() {
    let (event_loop, sim, _clock) = manual_loop(61);
    sim.on_block({
        let proxy = event_loop.proxy();
        move |_| proxy.stop().unwrap()
    });
    event_loop.run_forever().unwrap();
    assert_eq!(selects(&sim), [None]);
    event_loop.close().unwrap();
}

#[test]
fn a_wait_that_ends_for_no_reason_goes_on() {
    let (event_loop, sim, clock) = manual_loop(61);
    event_loop.call_later(5.0, stopper(&event_loop));
    sim.on_block({
        let clock = clock.clone();
        move |_| clock.advance(2.0)
    });
    sim.on_block(move |_| clock.advance(3.0));
    event_loop.run_forever().unwrap();
    let seconds = [5, 3].map(|seconds| Some(Duration::from_secs(seconds)));
    assert_eq!(selects(&sim), seconds);
    event_loop.close().unwrap();
}

#[test]
fn a_stopped_loop_looks_once_and_does_not_wait() {
    let (event_loop, sim, clock) = manual_loop(61);
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    event_loop.add_reader(&reader, log.note("input")).unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    event_loop.call_later(1.0, log.note("due"));
    event_loop.call_later(9.0, log.note("not due"));
    clock.set(1.0);
    run_once(&event_loop);
    assert_eq!(log.take(), ["input", "due"]);
    assert_eq!(selects(&sim), [Some(Duration::ZERO)]);
    event_loop.close().unwrap();
}

#[test]
fn in_one_iteration_ready_comes_before_input_and_input_before_timers() {
    let (event_loop, sim, clock) = manual_loop(1);
    let (reader, _writer) = pipe().unwrap();
    let log = Log::new();
    event_loop.call_later(1.0, log.note("timer"));
    event_loop.add_reader(&reader, log.note("input")).unwrap();
    sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
    event_loop.call_soon(log.note("ready"));
    clock.set(1.0);
    run_once(&event_loop);
    assert_eq!(log.take(), ["ready", "input", "timer"]);
    event_loop.close().unwrap();
}

/// Runs `count` callbacks, each scheduled by the one before, and calls `each` with their numbers from 1.
fn run_chain(event_loop: &EventLoop, count: usize, each: impl Fn(usize) + 'static) {
    fn link(event_loop: EventLoop, number: usize, count: usize, each: Rc<dyn Fn(usize)>) {
        each(number);
        if number == count {
            return event_loop.stop();
        }
        let next = event_loop.clone();
        event_loop.call_soon(move || link(next, number + 1, count, each));
    }
    let next = event_loop.clone();
    event_loop.call_soon(move || link(next, 1, count, Rc::new(each)));
    event_loop.run_forever().unwrap();
}

/// After how many callbacks of a chain of 200 a timer for the time 10 fires.
fn timer_in_chain(event_loop: &EventLoop, each: impl Fn(usize) + 'static) -> Option<usize> {
    let fired_after = Rc::new(Cell::new(None));
    let ran = Rc::new(Cell::new(0));
    let timer = event_loop.call_at(10.0, {
        let (fired_after, ran) = (fired_after.clone(), ran.clone());
        move || fired_after.set(Some(ran.get()))
    });
    run_chain(event_loop, 200, move |n| {
        ran.set(n);
        each(n);
    });
    timer.cancel();
    fired_after.get()
}

fn selects(sim: &SimHandle) -> Vec<Option<Duration>> {
    let timeouts = sim.take_calls().into_iter().map(|call| match call {
        Call::Select { timeout } => Some(timeout),
        _ => None,
    });
    timeouts.flatten().collect()
}

#[test]
fn slow_callbacks_delay_a_timer_by_two_of_them() {
    let (event_loop, _sim, clock) = manual_loop(61);
    let due = Rc::new(Cell::new(f64::INFINITY));
    let late = Rc::new(Cell::new(None));
    run_chain(&event_loop, 300, {
        let (event_loop, due, late) = (event_loop.clone(), due.clone(), late.clone());
        move |n| {
            clock.advance(MILLISECOND);
            if n == 200 {
                let (fired, clock) = (late.clone(), clock.clone());
                due.set(clock.time() + 3.5 * MILLISECOND);
                let due = due.clone();
                event_loop.call_later(3.5 * MILLISECOND, move || {
                    fired.set(Some(clock.time() - due.get()));
                });
            }
        }
    });
    let late = late.get().expect("the timer fired");
    assert!(late <= 2.0 * MILLISECOND, "{late}");
    event_loop.close().unwrap();
}

#[test]
fn a_slow_callback_among_fast_ones_does_not_cost_looks_for_long() {
    let (event_loop, sim, clock) = manual_loop(61);
    let (reader, _writer) = pipe().unwrap();
    event_loop.add_reader(&reader, || ()).unwrap();
    drop(sim.take_calls());
    run_chain(&event_loop, 10_000, move |n| {
        clock.advance(if n == 100 { 1.0 } else { 1e-7 });
    });
    let looks = sim.take_calls().len();
    assert!((10_000 / 61..=10_000 / 61 + 10).contains(&looks), "{looks}");
    event_loop.close().unwrap();
}

const MILLISECOND: f64 = 1e-3;
