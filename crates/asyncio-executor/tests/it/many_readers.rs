//! What happens when more descriptors are ready than run in one iteration.

use std::io::{PipeReader, pipe};
use std::os::fd::AsRawFd;
use std::rc::Rc;

use asyncio_executor::layer::LoopLayer;
use asyncio_executor::{Error, EventLoop, KeyboardInterrupt};
use asyncio_reactor::Interest;
use asyncio_reactor::sim::{Call, SimHandle};

use crate::support::{Log, manual_loop, run_once, stopper};

#[test]
fn many_descriptors_run_a_few_at_a_time_and_each_few_before_what_they_schedule() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 100);
    let stop = stopper(&event_loop);
    let noted = log.clone();
    event_loop
        .add_reader(&pipes[99], move || {
            noted.add("last");
            stop();
        })
        .unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    let callbacks: Vec<_> = entries.iter().filter(|entry| entry.len() <= 2).collect();
    let numbers: Vec<_> = (0..99).map(|n| n.to_string()).collect();
    assert!(callbacks.into_iter().eq(&numbers));
    assert!(place(&entries, "3") < place(&entries, "0 scheduled"));
    assert!(place(&entries, "31 scheduled") < place(&entries, "32"));
    assert!(place(&entries, "63 scheduled") < place(&entries, "64"));
    assert_eq!(selects(&sim), 1, "one look found all");
    event_loop.close().unwrap();
}

#[test]
fn a_reader_that_waits_for_its_turn_can_be_removed() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let mut pipes = ready_pipes(&event_loop, &sim, &log, 100);
    let last = pipes.pop().unwrap();
    let (remover, stop) = (event_loop.clone(), stopper(&event_loop));
    event_loop
        .add_reader(&pipes[0], move || {
            sim.clear_ready(last.as_raw_fd());
            assert!(remover.remove_reader(&last).unwrap());
        })
        .unwrap();
    event_loop.add_reader(&pipes[98], stop).unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    assert!(entries.contains(&"97".into()) && !entries.contains(&"99".into()));
    event_loop.close().unwrap();
}

#[test]
fn a_due_timer_does_not_wait_for_all_descriptors() {
    let (event_loop, sim, clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 100);
    event_loop.call_later(1.0, log.note("timer"));
    event_loop
        .add_reader(&pipes[0], move || clock.set(2.0))
        .unwrap();
    event_loop
        .add_reader(&pipes[99], stopper(&event_loop))
        .unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    assert!(place(&entries, "timer") < place(&entries, "98"));
    event_loop.close().unwrap();
}

#[test]
fn an_iteration_that_stops_takes_all_descriptors() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let _pipes = ready_pipes(&event_loop, &sim, &log, 100);
    run_once(&event_loop);
    assert_eq!(log.take().len(), 100);
    event_loop.close().unwrap();
}

#[test]
fn a_stop_leaves_no_descriptor_to_the_next_run() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 100);
    event_loop
        .add_reader(&pipes[0], stopper(&event_loop))
        .unwrap();
    event_loop.run_forever().unwrap();
    let numbers: Vec<_> = (1..100).map(|n| n.to_string()).collect();
    assert_eq!(log.take(), numbers, "and nothing that they have scheduled");
    event_loop.close().unwrap();
}

#[test]
fn callbacks_that_wait_for_their_turn_are_dropped_with_the_loop() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 100);
    event_loop
        .add_reader(&pipes[0], || {
            Err::<(), Error>(KeyboardInterrupt::new().into())
        })
        .unwrap();
    assert!(event_loop.run_forever().is_err());
    event_loop.close().unwrap();
    assert!(!log.take().contains(&"99".into()));
}

#[test]
fn busy_tasks_do_not_hold_descriptors_up() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 400);
    for _ in 0..200 {
        keep_busy(&event_loop);
    }
    event_loop
        .add_reader(&pipes[399], stopper(&event_loop))
        .unwrap();
    let begun = Log::new();
    count_iterations(&event_loop, &begun);
    event_loop.run_forever().unwrap();
    assert!(begun.take().len() <= 4, "200 at a time");
    event_loop.close().unwrap();
}

/// Schedules itself again and again.
fn keep_busy(event_loop: &EventLoop) {
    let again = event_loop.clone();
    event_loop.call_soon(move || keep_busy(&again));
}

fn count_iterations(event_loop: &EventLoop, log: &Log) {
    log.add("iteration");
    let (again, log) = (event_loop.clone(), log.clone());
    event_loop.call_soon(move || count_iterations(&again, &log));
}

/// What is received for tasks shall not pile up before they run.
#[test]
fn fewer_run_at_a_time_while_much_is_received() {
    let (event_loop, sim, _clock) = manual_loop(61);
    let log = Log::new();
    let pipes = ready_pipes(&event_loop, &sim, &log, 100);
    for (n, pipe) in pipes.iter().enumerate() {
        let (receiver, note) = (event_loop.clone(), Rc::new(log.note(format!("{n} task"))));
        event_loop
            .add_reader(pipe, move || {
                receiver.note_large_read();
                let note = note.clone();
                receiver.call_soon(move || note());
            })
            .unwrap();
    }
    let stop = stopper(&event_loop);
    event_loop.add_reader(&pipes[99], stop).unwrap();
    let noted = Rc::new(log.note("36"));
    let beginner = event_loop.clone();
    event_loop
        .add_reader(&pipes[36], move || {
            noted();
            beginner.note_large_read();
        })
        .unwrap();
    event_loop.run_forever().unwrap();
    let entries = log.take();
    assert!(
        place(&entries, "35 task") < place(&entries, "36"),
        "4 at a time"
    );
    event_loop.close().unwrap();
}

fn place(entries: &[String], entry: &str) -> usize {
    let place = entries.iter().position(|other| other == entry);
    place.expect("it is there")
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
