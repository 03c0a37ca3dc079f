//! Virtual time: when it jumps, and when it does not.

use std::io::{Read, Write, pipe};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

use asyncio_executor::{DeadlockError, EventLoop, EventLoopBuilder, OutsideWork};
use asyncio_reactor::VirtualClock;

use crate::support::virtual_loop as scripted_loop;
use crate::support::{Log, manual_loop, real_loop, run_once, spawn, stopper};

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

#[test]
fn a_deadlock_ends_the_run_and_names_the_tasks() {
    let (event_loop, _sim) = scripted_loop();
    let error = event_loop.run_forever().unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing is left that could wake the loop; there is no unfinished task"
    );
    let task = spawn(&event_loop, std::future::pending());
    event_loop.call_later(60.0, || ());
    let error = event_loop.run_forever().unwrap_err();
    assert!(error.is::<DeadlockError>() && !event_loop.is_running());
    assert_eq!(event_loop.time(), 60.0);
    assert_eq!(
        error.to_string(),
        "nothing is left that could wake the loop; the unfinished task:
  <MiniTask>
    waits for something unknown"
    );
    // The loop can go on.
    task.waker().wake();
    run_once(&event_loop);
    event_loop.close().unwrap();
    assert!(task.is_destroyed());
}

#[test]
fn the_report_of_a_deadlock_counts_the_tasks_that_it_does_not_list() {
    let (event_loop, _sim) = scripted_loop();
    for _ in 0..1000 {
        spawn(&event_loop, std::future::pending());
    }
    let report = event_loop.run_forever().unwrap_err().to_string();
    assert!(report.contains("the 1000 unfinished tasks:\n  <MiniTask>"));
    assert!(report.ends_with("\n  and 900 more"));
    event_loop.close().unwrap();
}

#[test]
fn real_time_knows_no_deadlock() {
    let (event_loop, sim, _clock) = manual_loop(1);
    sim.on_block({
        let proxy = event_loop.proxy();
        move |_| proxy.stop().unwrap()
    });
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn who_watches_a_descriptor_waits_for_the_world_outside() {
    let event_loop = virtual_loop();
    let (reader, mut writer) = pipe().unwrap();
    event_loop
        .add_reader(&reader, stopper(&event_loop))
        .unwrap();
    let (go, start) = mpsc::channel();
    event_loop.call_later(5.0, move || go.send(()).unwrap());
    let peer = thread::spawn(move || {
        start.recv().unwrap();
        writer.write_all(b"x").unwrap();
    });
    event_loop.run_forever().unwrap();
    assert_eq!(event_loop.time(), 5.0);
    peer.join().unwrap();
    event_loop.remove_reader(&reader).unwrap();
    assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());
    event_loop.close().unwrap();
}

#[test]
fn time_does_not_jump_over_what_a_program_sends_itself() {
    const BYTES: usize = 3000;
    let event_loop = virtual_loop();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut receiver, _) = listener.accept().unwrap();
    receiver.set_nonblocking(true).unwrap();
    let peer = receiver.try_clone().unwrap();
    // Time would jump to this one if the loop did not see what is under way.
    event_loop.call_later(3600.0, || ());
    sender.write_all(b"x").unwrap();
    let mut left = BYTES;
    event_loop
        .add_reader(&peer, {
            let event_loop = event_loop.clone();
            move || {
                assert_eq!(receiver.read(&mut [0; 8]).unwrap(), 1);
                left -= 1;
                match left {
                    0 => event_loop.stop(),
                    _ => sender.write_all(b"x").unwrap(),
                }
            }
        })
        .unwrap();
    event_loop.run_forever().unwrap();
    assert_eq!(event_loop.time(), 0.0);
    event_loop.remove_reader(&peer).unwrap();
    event_loop.close().unwrap();
}

/// Runs three passes of ten tasks between callbacks, and says who ran when.
fn trace_of(builder: EventLoopBuilder) -> Vec<String> {
    let event_loop = builder.clock(VirtualClock::new(0.0)).build().unwrap();
    let log = Log::new();
    for number in 0..10 {
        event_loop.call_soon(log.note(format!("callback {number}")));
        let log = log.clone();
        spawn(&event_loop, async move {
            for pass in 0..3 {
                log.add(format!("task {number}, pass {pass}"));
                let mut suspended = false;
                std::future::poll_fn(|cx| {
                    cx.waker().wake_by_ref();
                    match std::mem::replace(&mut suspended, true) {
                        true => Poll::Ready(()),
                        false => Poll::Pending,
                    }
                })
                .await;
            }
        });
    }
    assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());
    event_loop.close().unwrap();
    log.take()
}

#[test]
fn a_seed_deals_the_steps_anew_and_leaves_the_callbacks_where_they_are() {
    let in_order = trace_of(EventLoop::builder());
    assert_eq!(in_order[..2], ["callback 0", "task 0, pass 0"]);
    let mut orders = Vec::new();
    for seed in [0, 1, 42, u64::MAX] {
        let trace = trace_of(EventLoop::builder().shuffle(seed));
        assert_eq!(trace, trace_of(EventLoop::builder().shuffle(seed)));
        for (place, line) in in_order.iter().enumerate() {
            let is_callback = line.starts_with("callback");
            assert_eq!(is_callback, trace[place] == *line && is_callback);
            // Every task has its step in every pass.
            let pass = |line: &str| line.split_once(", ").map(|(_, pass)| pass.to_owned());
            assert_eq!(pass(line), pass(&trace[place]));
        }
        let mut sorted = [trace.clone(), in_order.clone()];
        sorted.iter_mut().for_each(|trace| trace.sort());
        assert_eq!(sorted[0], sorted[1]);
        orders.push(trace);
    }
    orders.push(in_order);
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 5, "every seed has an order of its own");
}

#[test]
fn a_program_may_move_the_clock() {
    let clock = VirtualClock::new(-5.0);
    let builder = EventLoop::builder().clock(clock.clone());
    let event_loop = builder.build().unwrap();
    let log = Log::new();
    for when in [f64::NEG_INFINITY, 10.0, 20.0, 1e300] {
        let (log, clock) = (log.clone(), clock.clone());
        event_loop.call_at(when, move || log.add(format!("{when} at {}", clock.time())));
    }
    event_loop.call_soon(move || clock.advance(20.0));
    assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());
    let expected = ["-inf at 15", "10 at 15", "20 at 20"];
    assert_eq!(log.take()[..3], expected);
    assert_eq!(event_loop.time(), 1e300);
    event_loop.close().unwrap();
}

#[test]
fn two_loops_may_share_a_clock() {
    let clock = VirtualClock::new(0.0);
    let loops = [(); 2].map(|()| {
        let builder = EventLoop::builder().clock(clock.clone());
        builder.build().unwrap()
    });
    for event_loop in &loops {
        event_loop.call_later(60.0, stopper(event_loop));
    }
    for event_loop in &loops {
        event_loop.run_forever().unwrap();
        assert_eq!(clock.time(), 60.0);
        event_loop.close().unwrap();
    }
}
