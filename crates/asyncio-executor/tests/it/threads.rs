//! Callbacks from other threads.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use asyncio_executor::{EventLoopProxy, KeyboardInterrupt, Result, RuntimeError, ThreadsafeHandle};

use crate::support::{
    Log, log_reports, manual_loop, real_loop, run_once, run_times, stopper, virtual_loop,
};

#[test]
fn a_proxy_may_be_sent_and_shared() {
    fn sendable<T: Send + Sync + Clone>() {}
    sendable::<EventLoopProxy>();
    sendable::<ThreadsafeHandle>();
}

#[test]
fn every_callback_of_a_storm_runs_once_and_in_the_order_of_its_thread() {
    const THREADS: usize = 4;
    const EACH: usize = 5000;
    let event_loop = real_loop();
    let seen: Rc<RefCell<Vec<Vec<usize>>>> = Rc::new(RefCell::new(vec![Vec::new(); THREADS]));
    let (sender, received) = mpsc::channel();
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (proxy, sender) = (event_loop.proxy(), sender.clone());
            thread::spawn(move || {
                for n in 0..EACH {
                    let sender = sender.clone();
                    proxy
                        .call_soon_threadsafe(move || sender.send((thread, n)).unwrap())
                        .unwrap();
                }
                proxy.call_soon_threadsafe(move || drop(sender)).unwrap();
            })
        })
        .collect();
    drop(sender);
    // Keeps the loop going through all kinds of iterations, and ends when every thread has.
    keep_collecting(&event_loop, received, seen.clone(), THREADS * EACH);
    event_loop.run_forever().unwrap();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    for numbers in &*seen.borrow() {
        assert!(numbers.iter().copied().eq(0..EACH));
    }
    event_loop.close().unwrap();
}

fn keep_collecting(
    event_loop: &asyncio_executor::EventLoop,
    received: mpsc::Receiver<(usize, usize)>,
    seen: Rc<RefCell<Vec<Vec<usize>>>>,
    left: usize,
) {
    let mut left = left;
    for (thread, number) in received.try_iter() {
        seen.borrow_mut()[thread].push(number);
        left -= 1;
    }
    if left == 0 {
        return event_loop.stop();
    }
    let next = event_loop.clone();
    event_loop.call_soon(move || keep_collecting(&next, received, seen, left));
}

#[test]
fn a_sleeping_loop_never_misses_a_wake_up() {
    const TURNS: usize = 20_000;
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    let turns = Arc::new(AtomicUsize::new(0));
    let (ping, pong) = mpsc::channel();
    // One callback at a time: the loop falls asleep again and again, at every possible moment.
    let other = thread::spawn({
        let turns = turns.clone();
        move || {
            for _ in 0..TURNS {
                let (ping, turns) = (ping.clone(), turns.clone());
                proxy
                    .call_soon_threadsafe(move || {
                        turns.fetch_add(1, Ordering::Relaxed);
                        ping.send(()).unwrap();
                    })
                    .unwrap();
                pong.recv().unwrap();
            }
            proxy.stop().unwrap();
        }
    });
    event_loop.run_forever().unwrap();
    other.join().unwrap();
    assert_eq!(turns.load(Ordering::Relaxed), TURNS);
    event_loop.close().unwrap();
}

#[test]
fn a_loop_with_timers_never_misses_a_wake_up() {
    const TURNS: usize = 2000;
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    // Short waits that end by themselves race with the wake-ups.
    fn tick(event_loop: asyncio_executor::EventLoop) {
        let next = event_loop.clone();
        event_loop.call_later(1e-5, move || tick(next));
    }
    tick(event_loop.clone());
    let (ping, pong) = mpsc::channel();
    let other = thread::spawn(move || {
        for _ in 0..TURNS {
            let ping = ping.clone();
            proxy
                .call_soon_threadsafe(move || ping.send(()).unwrap())
                .unwrap();
            pong.recv().unwrap();
        }
        proxy.stop().unwrap();
    });
    event_loop.run_forever().unwrap();
    other.join().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn only_a_sleeping_loop_costs_a_notification_and_only_one() {
    let (event_loop, sim, _clock) = manual_loop(1);
    let proxy = event_loop.proxy();
    from_another_thread(&proxy, |proxy| {
        drop(proxy.call_soon_threadsafe(|| ()).unwrap())
    });
    run_once(&event_loop);
    assert_eq!(sim.notifications(), 0);

    sim.on_block(move |sim| {
        from_another_thread(&proxy, |proxy| {
            for _ in 0..5 {
                proxy.call_soon_threadsafe(|| ()).unwrap();
            }
            proxy.stop().unwrap();
        });
        assert_eq!(sim.notifications(), 1);
    });
    event_loop.run_forever().unwrap();
    assert_eq!(sim.notifications(), 1);
    event_loop.close().unwrap();
}

#[test]
fn on_the_loops_own_thread_it_keeps_its_place_among_the_others() {
    let (event_loop, _sim) = virtual_loop();
    let (sender, received) = mpsc::channel();
    let send = |what: &'static str| {
        let sender = sender.clone();
        move || sender.send(what).unwrap()
    };
    let schedule = |round: &'static [&'static str; 4]| {
        event_loop.call_soon_threadsafe(send(round[0])).unwrap();
        event_loop.call_soon(send(round[1]));
        event_loop
            .proxy()
            .call_soon_threadsafe(send(round[2]))
            .unwrap();
        event_loop.call_soon(send(round[3]));
    };
    schedule(&["1", "2", "3", "4"]);
    run_once(&event_loop);
    assert_eq!(
        received.try_iter().collect::<Vec<_>>(),
        ["1", "2", "3", "4"]
    );
    event_loop.close().unwrap();
}

#[test]
fn a_loop_can_be_stopped_from_another_thread_before_and_during_a_run() {
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    from_another_thread(&proxy, |proxy| proxy.stop().unwrap());
    event_loop.run_forever().unwrap();
    let other = thread::spawn(move || proxy.stop().unwrap());
    event_loop.run_forever().unwrap();
    other.join().unwrap();
    event_loop.close().unwrap();
}

#[test]
fn errors_and_panics_of_callbacks_from_other_threads_are_reported() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    from_another_thread(&event_loop.proxy(), |proxy| {
        proxy.call_soon_threadsafe(|| panic!("panicked")).unwrap();
        proxy
            .call_soon_threadsafe(|| Err::<(), _>(RuntimeError::with_message("failed")))
            .unwrap();
        proxy
            .call_soon_threadsafe(|| -> Result<()> { Err(KeyboardInterrupt::new().into()) })
            .unwrap();
    });
    event_loop.call_soon(log.note("before"));
    let error = event_loop.run_forever().unwrap_err();
    assert!(error.is::<KeyboardInterrupt>());
    let lines = log.take();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].ends_with("panicked") && lines[2].ends_with("failed"));
    event_loop.close().unwrap();
}

#[test]
fn a_cancel_that_comes_first_prevents_the_callback_and_drops_what_it_captured() {
    let (event_loop, _sim) = virtual_loop();
    let captured = Arc::new(());
    let (proxy, held) = (event_loop.proxy(), captured.clone());
    let handle = thread::spawn(move || {
        let callback = move || {
            let _held = &held;
            unreachable!("was cancelled")
        };
        let handle = proxy.call_soon_threadsafe(callback).unwrap();
        handle.cancel();
        handle.cancel();
        handle
    });
    let handle = handle.join().unwrap();
    assert!(handle.cancelled());
    assert_eq!(Arc::strong_count(&captured), 1);
    let log = Log::new();
    log_reports(&event_loop, &log);
    run_once(&event_loop);
    assert!(log.take().is_empty());
    event_loop.close().unwrap();
}

#[test]
fn a_cancel_waits_for_the_callback_that_is_running() {
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    let returned = Arc::new(AtomicUsize::new(0));
    let (running, is_running) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let handle = proxy
        .call_soon_threadsafe({
            let returned = returned.clone();
            move || {
                running.send(()).unwrap();
                may_go_on.recv().unwrap();
                returned.store(1, Ordering::SeqCst);
            }
        })
        .unwrap();
    let canceller = thread::spawn(move || {
        is_running.recv().unwrap();
        let waiting = thread::spawn({
            let (handle, returned) = (handle.clone(), returned.clone());
            move || {
                handle.cancel();
                returned.load(Ordering::SeqCst)
            }
        });
        // Whether `cancel` has begun or not: the callback has to return first.
        go_on.send(()).unwrap();
        let seen = waiting.join().unwrap();
        proxy.stop().unwrap();
        seen
    });
    event_loop.run_forever().unwrap();
    assert_eq!(canceller.join().unwrap(), 1);
    event_loop.close().unwrap();
}

#[test]
fn a_callback_may_cancel_itself() {
    let event_loop = real_loop();
    let slot: Arc<std::sync::Mutex<Option<ThreadsafeHandle>>> = Arc::default();
    let (sender, seen) = mpsc::channel();
    let handle = event_loop
        .call_soon_threadsafe({
            let slot = slot.clone();
            move || {
                let handle = slot.lock().unwrap().clone().unwrap();
                handle.cancel();
                sender.send(handle.cancelled()).unwrap();
            }
        })
        .unwrap();
    slot.lock().unwrap().replace(handle.clone());
    run_once(&event_loop);
    assert!(seen.recv().unwrap());
    assert!(handle.cancelled());
    event_loop.close().unwrap();
}

/// A handle is a number, and there are many callbacks after it.
#[test]
fn a_handle_goes_on_speaking_of_its_own_callback() {
    const ROUNDS: usize = 50;
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    let ran = Arc::new(AtomicUsize::new(0));
    let mut kept = Vec::new();
    for round in 0..ROUNDS {
        let ran_then = ran.clone();
        let handles = from_another_thread(&proxy, move |proxy| {
            let calls = [(); 4].map(|()| {
                let ran = ran_then.clone();
                let call = move || {
                    ran.fetch_add(1, Ordering::SeqCst);
                };
                proxy.call_soon_threadsafe(call).unwrap()
            });
            calls.into_iter().step_by(2).collect::<Vec<_>>()
        });
        run_once(&event_loop);
        assert_eq!(ran.load(Ordering::SeqCst), 4 * (round + 1));
        handles[0].cancel();
        kept.extend(handles);
    }
    for (index, handle) in kept.iter().enumerate() {
        assert_eq!(handle.cancelled(), index % 2 == 0);
    }
    event_loop.close().unwrap();
}

/// A loop is found at the same place as one that was closed before it.
#[test]
fn a_handle_does_not_reach_into_the_next_loop() {
    for _ in 0..20 {
        let closed = real_loop();
        let handle = closed.call_soon_threadsafe(|| ()).unwrap();
        closed.close().unwrap();
        let event_loop = real_loop();
        let (sender, received) = mpsc::channel();
        let call = move || sender.send(()).unwrap();
        event_loop.call_soon_threadsafe(call).unwrap();
        handle.cancel();
        run_once(&event_loop);
        received.recv().unwrap();
        assert!(handle.cancelled());
        event_loop.close().unwrap();
    }
}

#[test]
fn a_handle_tells_how_its_callback_stands() {
    let event_loop = real_loop();
    let stands = Arc::new(std::sync::Mutex::new(Vec::new()));
    let handles = from_another_thread(&event_loop.proxy(), {
        let stands = stands.clone();
        move |proxy| {
            let slot: Arc<std::sync::OnceLock<ThreadsafeHandle>> = Arc::default();
            let own = slot.clone();
            let note = move || {
                stands
                    .lock()
                    .unwrap()
                    .push(format!("{:?}", own.get().unwrap()))
            };
            let first = proxy.call_soon_threadsafe(note).unwrap();
            slot.set(first.clone()).unwrap();
            let others = [(); 3].map(|()| proxy.call_soon_threadsafe(|| ()).unwrap());
            others[1].cancel();
            let [second, third, fourth] = others;
            [first, second, third, fourth]
        }
    });
    let all = || handles.each_ref().map(|handle| format!("{handle:?}"));
    let stage = |stage: &str| format!("<ThreadsafeHandle {stage}>");
    let expected = ["scheduled", "scheduled", "cancelled", "scheduled"].map(stage);
    assert_eq!(all(), expected);
    // Now the loop has them, but has not run them.
    event_loop.call_soon_threadsafe(|| ()).unwrap();
    assert_eq!(all(), expected);
    handles[3].cancel();
    run_once(&event_loop);
    assert_eq!(*stands.lock().unwrap(), [stage("running")]);
    let expected = ["done", "done", "cancelled", "cancelled"].map(stage);
    assert_eq!(all(), expected);
    event_loop.close().unwrap();
}

#[test]
fn a_boxed_callback_runs_and_its_error_is_reported() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let (sender, seen) = mpsc::channel();
    let plain: Box<dyn FnOnce() + Send> = Box::new(move || sender.send("ran").unwrap());
    let failing: Box<dyn FnOnce() -> Result<()> + Send> =
        Box::new(|| Err(RuntimeError::with_message("failed").into()));
    event_loop.call_soon_threadsafe(plain).unwrap();
    event_loop.call_soon_threadsafe(failing).unwrap();
    run_once(&event_loop);
    assert_eq!(seen.recv().unwrap(), "ran");
    assert_eq!(log.take().len(), 1);
    event_loop.close().unwrap();
}

#[test]
fn a_cancel_after_a_panic_does_not_wait() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let handle = event_loop
        .call_soon_threadsafe(|| panic!("leaves the handle behind"))
        .unwrap();
    run_once(&event_loop);
    handle.cancel();
    assert_eq!(log.take().len(), 1);
    event_loop.close().unwrap();
}

#[test]
fn every_cancel_either_wins_or_comes_too_late() {
    const ROUNDS: usize = 2000;
    let event_loop = real_loop();
    let proxy = event_loop.proxy();
    let ran = Arc::new(AtomicUsize::new(0));
    let canceller = thread::spawn({
        let ran = ran.clone();
        move || {
            let mut prevented = 0;
            for _ in 0..ROUNDS {
                let before = ran.load(Ordering::SeqCst);
                let counted = ran.clone();
                let handle = proxy
                    .call_soon_threadsafe(move || {
                        counted.fetch_add(1, Ordering::SeqCst);
                    })
                    .unwrap();
                handle.cancel();
                // Whatever was going to happen has happened.
                prevented += usize::from(ran.load(Ordering::SeqCst) == before);
            }
            proxy.stop().unwrap();
            prevented
        }
    });
    event_loop.run_forever().unwrap();
    let prevented = canceller.join().unwrap();
    assert_eq!(ran.load(Ordering::SeqCst) + prevented, ROUNDS);
    event_loop.close().unwrap();
}

#[test]
fn what_a_closed_loop_did_not_run_is_dropped() {
    let (event_loop, _sim) = virtual_loop();
    let captured = Arc::new(());
    let held = captured.clone();
    let handle = event_loop
        .proxy()
        .call_soon_threadsafe(move || drop(held))
        .unwrap();
    event_loop.close().unwrap();
    drop(handle);
    assert_eq!(Arc::strong_count(&captured), 1);
}

#[test]
fn a_callback_that_races_with_the_end_of_the_loop_is_dropped_or_refused() {
    const ROUNDS: usize = 100;
    for _ in 0..ROUNDS {
        let captured = Arc::new(());
        let event_loop = real_loop();
        let (proxy, held) = (event_loop.proxy(), captured.clone());
        let start = Arc::new(Barrier::new(2));
        let started = start.clone();
        let other = thread::spawn(move || {
            started.wait();
            loop {
                let (inside, held) = (proxy.clone(), held.clone());
                // It holds the inbox that holds it, so nobody but the loop can be rid of it.
                let callback = move || drop((inside, held));
                if proxy.call_soon_threadsafe(callback).is_err() {
                    break;
                }
            }
        });
        start.wait();
        run_times(&event_loop, 2);
        event_loop.close().unwrap();
        other.join().unwrap();
        assert_eq!(Arc::strong_count(&captured), 1);
    }
}

#[test]
fn a_proxy_outlives_its_loop() {
    let (event_loop, _sim) = virtual_loop();
    let proxy = event_loop.proxy();
    event_loop.close().unwrap();
    drop(event_loop);
    let refused = thread::spawn(move || {
        assert!(proxy.is_closed());
        proxy.call_soon_threadsafe(|| ()).map(drop)
    });
    let error = refused.join().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "Event loop is closed");
}

#[test]
fn a_loop_that_is_dropped_unclosed_refuses_as_well() {
    let (event_loop, _sim) = virtual_loop();
    let proxy = event_loop.proxy();
    drop(event_loop);
    assert!(proxy.is_closed());
    assert!(proxy.stop().is_err());
}

#[test]
fn callbacks_that_schedule_from_the_loops_thread_while_others_do() {
    const EACH: usize = 1000;
    let event_loop = real_loop();
    let count = Rc::new(Cell::new(0));
    let proxy = event_loop.proxy();
    let other = thread::spawn(move || {
        for _ in 0..EACH {
            proxy.call_soon_threadsafe(|| ()).unwrap();
        }
    });
    for _ in 0..EACH {
        let count = count.clone();
        event_loop.call_soon(move || count.set(count.get() + 1));
    }
    event_loop.call_soon(stopper(&event_loop));
    event_loop.run_forever().unwrap();
    other.join().unwrap();
    assert_eq!(count.get(), EACH);
    event_loop.close().unwrap();
}

fn from_another_thread<R: Send + 'static>(
    proxy: &EventLoopProxy,
    f: impl FnOnce(EventLoopProxy) -> R + Send + 'static,
) -> R {
    let proxy = proxy.clone();
    thread::spawn(move || f(proxy)).join().unwrap()
}
