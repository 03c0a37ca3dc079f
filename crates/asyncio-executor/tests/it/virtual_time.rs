//! Virtual time: when it jumps, and when it does not.

use std::sync::mpsc;
use std::thread;

use asyncio_executor::{EventLoop, OutsideWork};
use asyncio_reactor::VirtualClock;

use crate::support::{Log, real_loop, stopper};

/// In virtual time from 0, on the default selector.
fn virtual_loop() -> EventLoop {
    EventLoop::builder()
        .clock(VirtualClock::new(0.0))
        .build()
        .unwrap()
}

#[test]
fn a_guard_may_be_sent() {
    fn sendable<T: Send + Sync>() {}
    sendable::<OutsideWork>();
}

#[test]
fn time_stands_still_while_work_is_under_way_elsewhere() {
    let event_loop = virtual_loop();
    let log = Log::new();
    event_loop.call_later(3600.0, stopper(&event_loop));
    event_loop.call_later(3600.0, log.note("an hour"));
    let (work, proxy) = (event_loop.outside_work(), event_loop.proxy());
    let (send, received) = mpsc::channel();
    let (go, start) = mpsc::channel();
    // Begins only when nothing else is left to do.
    event_loop.call_soon(move || go.send(()).unwrap());
    let job = thread::spawn(move || {
        start.recv().unwrap();
        proxy
            .call_soon_threadsafe(move || send.send(()).unwrap())
            .unwrap();
        drop(work);
    });
    event_loop.call_later(1.0, {
        let (log, event_loop) = (log.clone(), event_loop.clone());
        move || {
            assert_eq!(event_loop.time(), 1.0);
            log.add(format!(
                "a second, finished: {}",
                received.try_recv().is_ok()
            ));
        }
    });
    event_loop.run_forever().unwrap();
    job.join().unwrap();
    assert_eq!(log.take(), ["a second, finished: true", "an hour"]);
    event_loop.close().unwrap();
}

#[test]
fn what_is_due_runs_while_work_is_under_way_elsewhere() {
    let event_loop = virtual_loop();
    let work = event_loop.outside_work();
    event_loop.call_later(0.0, stopper(&event_loop));
    event_loop.call_at(-1.0, || ());
    event_loop.run_forever().unwrap();
    assert_eq!(event_loop.time(), 0.0);
    drop(work);
    event_loop.close().unwrap();
}

#[test]
fn the_last_of_several_ends_the_wait_without_a_word() {
    const TURNS: usize = 2000;
    let event_loop = virtual_loop();
    fn turn(event_loop: &EventLoop, guards: mpsc::Sender<OutsideWork>, left: usize) {
        if left == 0 {
            return event_loop.stop();
        }
        let next = event_loop.clone();
        guards.send(event_loop.outside_work()).unwrap();
        guards.send(event_loop.outside_work()).unwrap();
        event_loop.call_later(1.0, move || turn(&next, guards, left - 1));
    }
    let (guards, received) = mpsc::channel();
    // Drops them at every possible moment of the loop's falling asleep.
    let other = thread::spawn(move || received.into_iter().for_each(drop));
    turn(&event_loop, guards, TURNS);
    event_loop.run_forever().unwrap();
    other.join().unwrap();
    assert_eq!(event_loop.time(), TURNS as f64);
    event_loop.close().unwrap();
}

#[test]
fn a_guard_does_nothing_in_real_time_and_outlives_its_loop() {
    for event_loop in [real_loop(), virtual_loop()] {
        let work = event_loop.outside_work();
        event_loop.call_soon(stopper(&event_loop));
        event_loop.run_forever().unwrap();
        event_loop.close().unwrap();
        drop(event_loop);
        drop(work);
    }
}
