//! What happens when more descriptors are ready than run in one iteration.

use std::io::{PipeReader, pipe};
use std::os::fd::AsRawFd;
use std::rc::Rc;

use asyncio_executor::EventLoop;
use asyncio_reactor::Interest;
use asyncio_reactor::sim::{Call, SimHandle};

use crate::support::{Log, manual_loop, run_once, stopper};

#[test]
fn many_descriptors_run_a_few_at_a_time_and_each_few_before_what_they_schedule() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 10);
    let stop = stopper(&event_loop);
    let noted = log.clone();
    event_loop
        .add_reader(&pipes[9], move || {
            noted.add("last");
            stop();
        })
        .unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    let place = |what: &str| entries.iter().position(|entry| entry == what).unwrap();
    let callbacks: Vec<_> = entries.iter().filter(|entry| entry.len() == 1).collect();
    assert_eq!(callbacks, ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    assert!(place("3") < place("0 scheduled") && place("0 scheduled") < place("last"));
    assert!(place("3 scheduled") < place("4 scheduled"));
    assert_eq!(selects(&sim), 1, "one look found all");
    event_loop.close().unwrap();
}

#[test]
fn a_reader_that_waits_for_its_turn_can_be_removed() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let mut pipes = ready_pipes(&event_loop, &sim, &log, 10);
    let last = pipes.pop().unwrap();
    let (remover, stop) = (event_loop.clone(), stopper(&event_loop));
    event_loop
        .add_reader(&pipes[0], move || {
            sim.clear_ready(last.as_raw_fd());
            assert!(remover.remove_reader(&last).unwrap());
        })
        .unwrap();
    event_loop.add_reader(&pipes[8], stop).unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    assert!(entries.contains(&"7".into()) && !entries.contains(&"9".into()));
    event_loop.close().unwrap();
}

#[test]
fn a_due_timer_does_not_wait_for_all_descriptors() {
    let (event_loop, sim, clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 10);
    event_loop.call_later(1.0, log.note("timer"));
    event_loop
        .add_reader(&pipes[0], move || clock.set(2.0))
        .unwrap();
    event_loop
        .add_reader(&pipes[9], stopper(&event_loop))
        .unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    let place = |what: &str| entries.iter().position(|entry| entry == what).unwrap();
    assert!(place("timer") < place("8"));
    event_loop.close().unwrap();
}

#[test]
fn an_iteration_that_stops_takes_all_descriptors() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let _pipes = ready_pipes(&event_loop, &sim, &log, 10);
    run_once(&event_loop);
    assert_eq!(log.take().len(), 10);
    event_loop.close().unwrap();
}

#[test]
fn callbacks_that_wait_for_their_turn_are_dropped_with_the_loop() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 10);
    event_loop
        .add_reader(&pipes[0], stopper(&event_loop))
        .unwrap();
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
    assert!(!log.take().contains(&"9".into()));
}

/// Pipes that are ready to be read, with a callback each that notes its number and schedules another one.
fn ready_pipes(
    event_loop: &EventLoop,
    sim: &SimHandle,
    log: &Log,
    count: usize,
) -> Vec<PipeReader> {
    let pipes = (0..count).map(|n| {
        let (reader, _writer) = pipe().unwrap();
        let (scheduled, callback) = (Rc::new(log.note(format!("{n} scheduled"))), log.note(n));
        let callee = event_loop.clone();
        let ready = move || {
            callback();
            let scheduled = scheduled.clone();
            callee.call_soon(move || scheduled());
        };
        event_loop.add_reader(&reader, ready).unwrap();
        sim.set_ready(reader.as_raw_fd(), Interest::READABLE);
        reader
    });
    pipes.collect()
}

fn selects(sim: &SimHandle) -> usize {
    let calls = sim.take_calls();
    let is_select = |call: &&Call| matches!(call, Call::Select { .. });
    calls.iter().filter(is_select).count()
}
